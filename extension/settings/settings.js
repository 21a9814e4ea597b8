/** What the reader chose: defaults, migrations, reading and writing. */

/** @type {import("../types").Settings} */
export const DEFAULTS = Object.freeze({
  version: 3,
  server: "http://127.0.0.1:8000",
  key: "",
  language: "auto",
  theme: "system",
  sites: [],
  minSide: 200,
  pauseOnBattery: true,
  paused: false,
});

export const MIN_SIDE = Object.freeze({ least: 50, most: 2000 });

/**
 * One step for each version that ever was stored: step `n` leads from version `n` to `n + 1`.
 * @type {Array<(stored: Record<string, any>) => Record<string, any>>}
 */
const STEPS = [
  // 0: no version was written; the address and the key had longer names.
  ({ serverUrl, apiKey, ...rest }) => ({
    ...rest,
    ...(serverUrl === undefined ? {} : { server: serverUrl }),
    ...(apiKey === undefined ? {} : { key: apiKey }),
  }),
  // 1: sites were host names alone, which say nothing of http or https or a port.
  ({ autoSites, ...rest }) => ({
    ...rest,
    ...(Array.isArray(autoSites) ? { sites: autoSites.map((host) => `https://${host}`) } : {}),
  }),
  // 2: one number for width and one for height.
  ({ minWidth, minHeight, ...rest }) => {
    const sides = [minWidth, minHeight].filter(Number.isFinite);
    return { ...rest, ...(sides.length ? { minSide: Math.min(...sides) } : {}) };
  },
];

/**
 * Bring what was stored to the present form; what is missing or nonsense becomes the default.
 * @param {unknown} stored
 * @returns {import("../types").Settings}
 */
export function migrate(stored) {
  /** @type {Record<string, any>} */
  let found = stored !== null && typeof stored === "object" ? { ...stored } : {};
  const from = Number.isInteger(found.version) ? found.version : 0;
  for (const step of STEPS.slice(Math.max(from, 0))) found = step(found);
  return {
    version: DEFAULTS.version,
    server: serverOrigin(found.server) ?? DEFAULTS.server,
    key: typeof found.key === "string" ? found.key.trim() : DEFAULTS.key,
    language: oneOf(found.language, ["auto", "en", "ja"], DEFAULTS.language),
    theme: oneOf(found.theme, ["system", "light", "dark"], DEFAULTS.theme),
    sites: Array.isArray(found.sites)
      ? [...new Set(found.sites.map(siteOrigin).filter((site) => site !== null))]
      : [],
    minSide: Number.isFinite(found.minSide)
      ? Math.min(Math.max(Math.round(found.minSide), MIN_SIDE.least), MIN_SIDE.most)
      : DEFAULTS.minSide,
    pauseOnBattery: found.pauseOnBattery !== false,
    paused: found.paused === true,
  };
}

/**
 * Read a server address: http or https, no credentials; a path is kept, for servers behind a prefix.
 * @param {unknown} text
 * @returns {string | null} without a slash at its end
 */
export function serverOrigin(text) {
  const url = typeof text === "string" ? parse(text.trim()) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/**
 * Tell whether a key would cross a network unencrypted.
 * @param {string} server
 */
export function isUnprotected(server) {
  const { protocol, hostname } = new URL(server);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * @param {unknown} text
 * @returns {string | null}
 */
export function siteOrigin(text) {
  const url = typeof text === "string" ? parse(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : null;
}

/**
 * Write the match pattern that a permission for an address needs; patterns know no ports.
 * @param {string} address
 */
export function matchPattern(address) {
  const { protocol, hostname } = new URL(address);
  return `${protocol}//${hostname}/*`;
}

/** @returns {Promise<import("../types").Settings>} */
export async function readSettings() {
  const { settings } = await chrome.storage.local.get("settings");
  return migrate(settings);
}

/**
 * @param {Partial<import("../types").Settings>} changes
 * @returns {Promise<import("../types").Settings>}
 */
export async function changeSettings(changes) {
  const settings = migrate({ ...(await readSettings()), ...changes });
  await chrome.storage.local.set({ settings });
  return settings;
}

/** Write what was stored in the present form; called when the extension is installed or updated. */
export async function migrateStored() {
  await chrome.storage.local.set({ settings: await readSettings() });
}

/**
 * @template {string} T
 * @param {unknown} value
 * @param {T[]} allowed
 * @param {T} otherwise
 * @returns {T}
 */
function oneOf(value, allowed, otherwise) {
  return allowed.find((item) => item === value) ?? otherwise;
}

/** @param {string} text */
function parse(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
