/** As much of a browser's extension API as the worker needs, in memory. */

globalThis.navigator ??= { onLine: true }; // Node has it since 21

class Area {
  constructor() {
    this.kept = new Map();
  }
  async get(names) {
    const wanted = names === null || names === undefined ? [...this.kept.keys()] : [names].flat();
    return Object.fromEntries(wanted.filter((name) => this.kept.has(name)).map((name) => [name, structuredClone(this.kept.get(name))]));
  }
  async set(values) {
    for (const [name, value] of Object.entries(values)) this.kept.set(name, structuredClone(value));
  }
  async remove(names) {
    for (const name of [names].flat()) this.kept.delete(name);
  }
  async clear() {
    this.kept.clear();
  }
}

/** Give a new browser and make it the present one. */
export function newBrowser(settings = {}) {
  const storage = { local: new Area(), session: new Area() };
  storage.local.kept.set("settings", { version: 3, server: "https://k.example", key: "kt_1", ...settings });
  globalThis.chrome = {
    storage,
    permissions: { contains: async () => true },
    i18n: { getUILanguage: () => "en-GB" },
    runtime: { getURL: (path) => `chrome-extension://x/${path}` },
  };
  return storage;
}

/** Answer each fetch by the next of these: an object is JSON, a function is called, an Error is thrown. */
export function answering(...answers) {
  const asked = [];
  globalThis.fetch = async (url, options = {}) => {
    asked.push({ url: String(url), method: options.method ?? "GET", options });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next instanceof Error) throw next;
    const { status = 200, body = next, headers = {} } = next.status ? next : {};
    const type = status >= 400 ? "application/problem+json" : "application/json";
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type, ...headers } });
  };
  return asked;
}

/** What the server says of pixels that are flagged, as it says it of evidence and failures. */
export const PIXELS = {
  detail: "The pixels show strong signs of generation: score 97 of 100; 93 or above is flagged.",
  reason_code: "pixels_flagged",
  reason_values: { score: 0.973, flagged_from: 0.93 },
};

export function examined(id = "s1", changes = {}) {
  return {
    id, state: "examined", examined_at: null,
    image: { sha256: "ab".repeat(32), width: 100, height: 200, format: "png", bytes: 2048 },
    verdict: {
      finding: "flagged", headline: "Signs of AI generation", headline_code: "reader_flagged", score: 0.973,
      score_range: [0.94, 0.98], human_share: 0.004, thresholds: { clear_below: 0.13, declared_from: 0.6, flagged_from: 0.93 }, basis: "pixels", label: "ai", model: "m-1", policy: "p-1",
      reasons: [PIXELS.detail],
      reason_codes: [{ code: PIXELS.reason_code, values: PIXELS.reason_values }],
      evidence: [{ kind: "pixels", grade: "hint", label: "ai", generator: null, ...PIXELS }],
    },
    decision: null, failure: null,
    links: { self: `/v1/submissions/${id}`, appeal: `/v1/submissions/${id}/appeal`, heatmap: null },
    ...changes,
  };
}

const REFUSED = {
  detail: "a.example returned status 403.", reason_code: "error_status", reason_values: { host: "a.example", status: 403 },
};

export function failed(id, code) {
  return { ...examined(id), state: "failed", image: null, verdict: null, failure: { code, ...REFUSED, permanent: true } };
}

export const PICTURE = { kind: "img", shown: "https://a.example/a.png", others: [], link: null, width: 10, height: 10 };
export const PLACE = { tabId: 1, isPrivate: false };
