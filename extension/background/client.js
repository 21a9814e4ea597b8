/** The server's HTTP API: every call ends in an answer or in a `Trouble` that has its own sentence. */

import { isGranted } from "./permissions.js";
import { pathOf, submissionOf } from "./shape.js";

/** Seconds that the server may hold an answer; below the 30 after which a browser may end our worker. */
export const HOLD = 20;
const LONGEST = 15_000; // milliseconds beyond what the server holds

/** @typedef {import("../types").Trouble} Trouble */

export class TroubleError extends Error {
  /** @param {Trouble} trouble */
  constructor(trouble) {
    super(trouble.kind);
    this.trouble = trouble;
  }
}

/**
 * @param {import("../types").Settings} settings
 * @param {string} imageUrl
 * @param {string} idempotencyKey
 * @returns {Promise<import("../types").Submission>}
 */
export async function submitUrl(settings, imageUrl, idempotencyKey) {
  return checked(await call(settings, "POST", "/v1/submissions", {
    json: { image_url: imageUrl },
    headers: { "Idempotency-Key": idempotencyKey },
  }));
}

/**
 * @param {import("../types").Settings} settings
 * @param {Blob} bytes
 * @param {string} idempotencyKey
 * @returns {Promise<import("../types").Submission>}
 */
export async function submitBytes(settings, bytes, idempotencyKey) {
  const form = new FormData();
  form.append("image", bytes, "picture"); // no name of the page's: it could tell of it
  return checked(await call(settings, "POST", "/v1/submissions", {
    body: form,
    headers: { "Idempotency-Key": idempotencyKey },
    patience: 60_000,
  }));
}

/**
 * @param {import("../types").Settings} settings
 * @param {string[]} imageUrls
 * @param {string} idempotencyKey
 * @returns {Promise<({submission: import("../types").Submission | null, problem: {code: string, detail: string} | null})[]>}
 */
export async function submitBatch(settings, imageUrls, idempotencyKey) {
  const answer = await call(settings, "POST", "/v1/submissions/batch", {
    json: { submissions: imageUrls.map((url) => ({ image_url: url })) },
    headers: { "Idempotency-Key": idempotencyKey },
  });
  if (!Array.isArray(answer.results) || answer.results.length !== imageUrls.length) {
    throw new TroubleError({ kind: "not_kantei" });
  }
  return answer.results.map((/** @type {any} */ result) => ({
    submission: result?.submission ? checked(result.submission) : null,
    problem: typeof result?.problem?.detail === "string" ? { code: "", detail: result.problem.detail.slice(0, 300) } : null,
  }));
}

/**
 * @param {import("../types").Settings} settings
 * @param {string} id
 * @param {number} [hold] seconds
 * @returns {Promise<import("../types").Submission>}
 */
export async function readSubmission(settings, id, hold = HOLD) {
  return checked(await call(settings, "GET", `/v1/submissions/${encodeURIComponent(id)}?wait=${hold}`, {
    patience: hold * 1000 + LONGEST,
  }));
}

/**
 * List the client's newest submissions: one request where twenty would ask the same.
 * @param {import("../types").Settings} settings
 * @returns {Promise<import("../types").Submission[]>}
 */
export async function listSubmissions(settings) {
  const answer = await call(settings, "GET", "/v1/submissions?limit=100", {});
  return Array.isArray(answer.submissions) ? answer.submissions.map(checked) : [];
}

/**
 * @param {unknown} answer
 * @returns {import("../types").Submission}
 */
function checked(answer) {
  const submission = submissionOf(answer);
  if (submission === null) throw new TroubleError({ kind: "not_kantei" });
  return submission;
}

/**
 * @param {import("../types").Settings} settings
 * @param {string} id
 * @param {{reason: string, evidence_url?: string}} appeal
 */
export async function appeal(settings, id, appeal) {
  try {
    await call(settings, "POST", `/v1/submissions/${encodeURIComponent(id)}/appeal`, { json: appeal });
  } catch (error) {
    // A server from before appeals knows the submission but not this path or method.
    if (error instanceof TroubleError && ["not_found", "not_kantei"].includes(error.trouble.kind)) {
      throw new TroubleError({ kind: "unsupported" });
    }
    throw error;
  }
}

/**
 * Report a picture: ask for a moderator's look at it.
 * @param {import("../types").Settings} settings
 * @param {string} id of the submission
 * @param {string} reader a random name, the same for each report of this browser
 */
export async function reportPicture(settings, id, reader) {
  try {
    await call(settings, "POST", "/v1/reports", { json: { submission_id: id, reader } });
  } catch (error) {
    // A server from before reports does not know the path, and knows the submission.
    const isOld = error instanceof TroubleError && ["not_found", "not_kantei"].includes(error.trouble.kind);
    throw isOld ? new TroubleError({ kind: "unsupported" }) : error;
  }
}

/**
 * Ask for the page where an artist may appeal without a key.
 * @param {import("../types").Settings} settings
 * @param {string} id
 * @returns {Promise<string>} its address
 */
export async function artistPage(settings, id) {
  const answer = await call(settings, "POST", `/v1/submissions/${encodeURIComponent(id)}/appeal-link`, {}).catch(
    (error) => {
      const isOld = error instanceof TroubleError && ["not_found", "not_kantei"].includes(error.trouble.kind);
      throw isOld ? new TroubleError({ kind: "unsupported" }) : error;
    },
  );
  const path = pathOf(answer.page);
  if (path === null) throw new TroubleError({ kind: "not_kantei" });
  return settings.server + path;
}

/**
 * Fetch a heat map as a data: address.
 * @param {import("../types").Settings} settings
 * @param {string} path
 * @returns {Promise<string>}
 */
export async function readHeatmap(settings, path) {
  const url = new URL(path, `${settings.server}/`);
  if (url.origin !== new URL(settings.server).origin) throw new TroubleError({ kind: "not_kantei" });
  const response = await send(settings, "GET", url.href, { patience: 60_000 });
  if (!response.ok) throw await troubleOf(response);
  const blob = await response.blob();
  if (!/^image\/(png|jpeg|webp)$/.test(blob.type)) throw new TroubleError({ kind: "not_kantei" });
  return `data:${blob.type};base64,${base64(new Uint8Array(await blob.arrayBuffer()))}`;
}

/**
 * Ask whether address and key work, leaving nothing behind.
 * @param {import("../types").Settings} settings
 */
export async function testConnection(settings) {
  const answer = await call(settings, "GET", "/v1/submissions?limit=1", {});
  if (!Array.isArray(answer.submissions)) throw new TroubleError({ kind: "not_kantei" });
}

/**
 * @param {import("../types").Settings} settings
 * @param {string} method
 * @param {string} path
 * @param {{json?: unknown, body?: BodyInit, headers?: Record<string, string>, patience?: number}} options
 * @returns {Promise<any>}
 */
async function call(settings, method, path, options) {
  const response = await send(settings, method, settings.server + path, options);
  if (!response.ok) throw await troubleOf(response);
  try {
    return await response.json();
  } catch {
    throw new TroubleError({ kind: "not_kantei" });
  }
}

/**
 * @param {import("../types").Settings} settings
 * @param {string} method
 * @param {string} url
 * @param {{json?: unknown, body?: BodyInit, headers?: Record<string, string>, patience?: number}} options
 * @returns {Promise<Response>}
 */
async function send(settings, method, url, { json, body, headers = {}, patience = LONGEST }) {
  if (settings.key === "") throw new TroubleError({ kind: "not_set_up" });
  try {
    return await fetch(url, {
      method,
      body: json === undefined ? body : JSON.stringify(json),
      headers: {
        ...headers,
        ...(json === undefined ? {} : { "Content-Type": "application/json" }),
        Authorization: `Bearer ${settings.key}`,
      },
      credentials: "omit",
      cache: "no-store",
      redirect: "error", // a key must not follow a redirect to somebody else
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new TroubleError({ kind: "slow" });
    }
    if (navigator.onLine === false && !/^https?:\/\/(localhost|127\.)/.test(settings.server)) {
      throw new TroubleError({ kind: "offline" });
    }
    // Without the permission a browser refuses in the same words as a server that is down.
    const granted = await isGranted({ server: settings.server });
    throw new TroubleError({ kind: granted ? "server_down" : "no_permission" });
  }
}

/**
 * Make a trouble of a problem answer (RFC 9457).
 * @param {Response} response
 * @returns {Promise<TroubleError>}
 */
async function troubleOf(response) {
  const isProblem = /^application\/problem\+json/.test(response.headers.get("Content-Type") ?? "");
  const problem = isProblem ? await response.json().catch(() => ({})) : {};
  const detail = typeof problem.detail === "string" ? problem.detail.slice(0, 300) : undefined;
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const retryAfter = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 3600) : undefined;
  const { status } = response;
  if (status === 401 || status === 403) return new TroubleError({ kind: "key_refused" });
  if (status === 429) return new TroubleError({ kind: "rate_limited", retryAfter: retryAfter ?? 30 });
  if (status === 503 || status === 502 || status === 504) {
    return new TroubleError({ kind: "server_down", retryAfter });
  }
  if (status >= 500 && status !== 501) return new TroubleError({ kind: "server_error", detail });
  if (status === 409) return new TroubleError({ kind: problem.code === "nothing_to_appeal" ? "settled" : "already_open" });
  if (status === 413) return new TroubleError({ kind: "too_large" });
  if (!isProblem) return new TroubleError({ kind: "not_kantei" });
  if (status === 404 || status === 405) return new TroubleError({ kind: "not_found" });
  return new TroubleError({ kind: "refused", detail });
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function base64(bytes) {
  let text = "";
  const step = 0x8000; // more arguments than this overflow the stack
  for (let at = 0; at < bytes.length; at += step) {
    text += String.fromCharCode(...bytes.subarray(at, at + step));
  }
  return btoa(text);
}
