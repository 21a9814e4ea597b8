/**
 * Verdicts that were given before: an address leads to a digest, a digest to what the server said.
 *
 * Addresses are kept as digests too, so that the cache is no list of what was looked at; those of a
 * private window are never written to disk. A new model or policy makes every older entry a miss.
 */

const KEPT = 3000; // digests; about 1.5 KB each, of the 10 MB that storage gives
const PRUNE_EVERY = 100; // writes
const LONGEST = 30 * 24 * 3600 * 1000; // milliseconds

/** @typedef {{sha256: string, at: number}} Pointer */
/** @typedef {{submission: import("../types").Submission, version: string, server: string, at: number}} Entry */

let writes = 0;

/**
 * Say whose verdicts these are: another server's, or another key's, are not shown as one's own.
 * @param {import("../types").Settings} settings
 * @param {boolean} isPrivate
 * @returns {Promise<{server: string, isPrivate: boolean}>}
 */
export async function contextOf({ server, key }, isPrivate) {
  const holder = (await sha256(new TextEncoder().encode(key))).slice(0, 8);
  return { server: `${server} ${holder}`, isPrivate };
}

/**
 * @param {string} url
 * @param {{server: string, isPrivate: boolean}} context
 * @returns {Promise<import("../types").Submission | null>}
 */
export async function recallUrl(url, { server, isPrivate }) {
  const name = await urlName(url);
  for (const area of areas(isPrivate)) {
    const pointer = /** @type {Pointer | undefined} */ ((await area.get(name))[name]);
    const found = pointer && Date.now() - pointer.at < LONGEST ? await recallDigest(pointer.sha256, { server, isPrivate }) : null;
    if (found) return found;
  }
  return null;
}

/**
 * @param {string} sha256
 * @param {{server: string, isPrivate: boolean}} context
 * @returns {Promise<import("../types").Submission | null>}
 */
export async function recallDigest(sha256, { server, isPrivate }) {
  const name = `image:${sha256}`;
  for (const area of areas(isPrivate)) {
    const found = await area.get([name, "version"]);
    const entry = /** @type {Entry | undefined} */ (found[name]);
    const { version } = /** @type {{version?: string}} */ (await chrome.storage.local.get("version"));
    if (entry && entry.server === server && entry.version === version && Date.now() - entry.at < LONGEST) {
      return entry.submission;
    }
  }
  return null;
}

/**
 * @param {string | null} url
 * @param {import("../types").Submission} submission
 * @param {{server: string, isPrivate: boolean}} context
 */
export async function remember(url, submission, { server, isPrivate }) {
  const { image, verdict } = submission;
  if (image === null || verdict === null) return;
  const [area] = areas(isPrivate);
  const version = `${verdict.model} ${verdict.policy}`;
  await chrome.storage.local.set({ version });
  await area.set({
    [`image:${image.sha256}`]: { submission: trimmed(submission), version, server, at: Date.now() },
    ...(url === null ? {} : { [await urlName(url)]: { sha256: image.sha256, at: Date.now() } }),
  });
  writes += 1;
  if (writes % PRUNE_EVERY === 0) await prune();
}

/** Forget every verdict. */
export async function forget() {
  const stored = await chrome.storage.local.get(null);
  await chrome.storage.local.remove(Object.keys(stored).filter((name) => /^(image|url):/.test(name)));
  await chrome.storage.session.clear();
}

/** Drop what is of an older model, then the oldest, until few enough are left. */
export async function prune(kept = KEPT) {
  /** @type {Record<string, any>} */
  const stored = await chrome.storage.local.get(null);
  const images = Object.entries(stored).filter(([name]) => name.startsWith("image:"));
  const good = images
    .filter(([, entry]) => entry.version === stored.version && Date.now() - entry.at < LONGEST)
    .sort(([, a], [, b]) => b.at - a.at)
    .slice(0, kept);
  const names = new Set(good.map(([name]) => name));
  const gone = Object.keys(stored).filter(
    (name) =>
      (name.startsWith("image:") && !names.has(name)) ||
      (name.startsWith("url:") && !names.has(`image:${stored[name].sha256}`)),
  );
  if (gone.length) await chrome.storage.local.remove(gone);
}

/**
 * @param {BufferSource} bytes
 * @returns {Promise<string>}
 */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {boolean} isPrivate */
function areas(isPrivate) {
  // A private window may read what is on disk, never add to it.
  return isPrivate ? [chrome.storage.session, chrome.storage.local] : [chrome.storage.local];
}

/** @param {string} url */
async function urlName(url) {
  return `url:${(await sha256(new TextEncoder().encode(url))).slice(0, 32)}`;
}

/**
 * Keep no address: the answer echoes the one that was sent.
 * @param {import("../types").Submission} submission
 * @returns {import("../types").Submission}
 */
export function trimmed({ id, state, examined_at, image, verdict, decision, failure, links }) {
  return { id, state, examined_at, image, verdict, decision, failure, links };
}
