/**
 * One check from click to answer, as steps that may each be the last of this worker's life.
 *
 * Every step is stored before the next begins, and the submission carries an idempotency key: whoever
 * comes after a dead worker goes on where it stood, and the server sees one submission.
 */

import { readSettings } from "../settings/settings.js";
import { contextOf, recallDigest, recallUrl, remember, sha256, trimmed } from "./cache.js";
import { TroubleError, appeal, artistPage, readHeatmap, readSubmission, submitBytes, submitUrl, reportPicture } from "./client.js";
import { changeCheck, readCheck } from "./kept.js";

/** @typedef {import("../types").Check} Check */

/** Failures that another address of the same picture, or its bytes, may mend. */
export const MENDABLE = new Set([
  "unsafe_address", "unresolvable", "refused", "timed_out", "http_status", "too_many_redirects",
  "not_an_image", "gone", "too_large",
]);
const MOST_HOLDS = 15; // of 20 seconds: five minutes, then the reader is asked

/** @type {Map<string, Promise<Check>>} */
const running = new Map();

/**
 * Go on with a check until it ends or stands still; joins whoever is at it already in this worker.
 * @param {string} id
 * @returns {Promise<Check>}
 */
export function advance(id) {
  let work = running.get(id);
  if (work === undefined) {
    work = run(id).finally(() => running.delete(id));
    running.set(id, work);
  }
  return work;
}

/**
 * @param {string} id
 * @returns {Promise<Check>}
 */
async function run(id) {
  let check = await must(id);
  try {
    while (check.state === "working") check = await step(check);
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    check = await changeCheck(check, { state: "troubled", trouble: { ...error.trouble, at: Date.now() } });
  }
  return check;
}

/**
 * @param {Check} check
 * @returns {Promise<Check>}
 */
async function step(check) {
  const settings = await readSettings();
  const context = await contextOf(settings, check.isPrivate);
  const url = check.candidates[check.attempt] ?? null;
  if (check.submissionId === null) {
    // A picture without a web address (canvas, data:, blob:): only its bytes can be sent.
    if (url === null) return changeCheck(check, { state: "unreachable" });
    const known = await recallUrl(url, context);
    if (known !== null) {
      const submission = (await refreshed(settings, known)) ?? known;
      return changeCheck(check, { state: "examined", submission, submissionId: known.id, fromCache: true });
    }
    const made = await submitUrl(settings, url, `${check.id}.${check.attempt}.${check.tries}`);
    return changeCheck(check, { submissionId: made.id });
  }
  const submission = await hold(settings, check.submissionId);
  if (submission.state === "examined") {
    await remember(check.bytes === "none" ? url : null, submission, context);
    return changeCheck(check, { state: "examined", submission: trimmed(submission) });
  }
  const code = submission.failure?.code ?? "";
  const changes = { submission: trimmed(submission) };
  if (check.bytes !== "none" || !MENDABLE.has(code)) {
    return changeCheck(check, { ...changes, state: "failed" });
  }
  if (check.attempt + 1 < check.candidates.length) {
    return changeCheck(check, { ...changes, attempt: check.attempt + 1, submissionId: null });
  }
  return changeCheck(check, { ...changes, state: "unreachable" });
}

/**
 * @param {import("../types").Settings} settings
 * @param {string} id
 */
async function hold(settings, id) {
  for (let turn = 0; turn < MOST_HOLDS; turn += 1) {
    const submission = await readSubmission(settings, id);
    if (submission.state === "examined" || submission.state === "failed") return submission;
    // A server whose waiting room is full answers at once: do not hammer it.
    await new Promise((resolve) => setTimeout(resolve, Math.min(250 * (turn + 1), 2000)));
  }
  throw new TroubleError({ kind: "slow" });
}

/**
 * Ask what became of a verdict since: a moderator may have decided.
 * @param {import("../types").Settings} settings
 * @param {import("../types").Submission} known
 */
async function refreshed(settings, known) {
  try {
    const found = await readSubmission(settings, known.id, 0);
    return found.state === "examined" ? trimmed(found) : null;
  } catch (error) {
    if (error instanceof TroubleError) return null; // what is known will do
    throw error;
  }
}

/**
 * Try again what stood still; a check whose submission failed is submitted anew.
 * @param {string} id
 */
export async function retry(id) {
  const check = await must(id);
  if (check.state === "working" || check.state === "examined") return check;
  const again = check.state === "troubled" && check.submissionId !== null;
  return changeCheck(check, {
    state: "working",
    trouble: null,
    attempt: check.bytes === "none" && !again ? 0 : check.attempt,
    submissionId: again ? check.submissionId : null,
    // A key belongs to one submission: after a failure, a new key makes the server look anew. After
    // mere trouble the old key stays, for the first try may have arrived.
    tries: check.state === "troubled" ? check.tries : check.tries + 1,
  });
}

/**
 * Submit the bytes that the browser has; the reader agreed to exactly this.
 * @param {string} id
 * @param {Blob} bytes
 * @param {"sent" | "snapshot"} how
 */
export async function submitPicture(id, bytes, how) {
  let check = await must(id);
  const settings = await readSettings();
  const context = await contextOf(settings, check.isPrivate);
  const digest = await sha256(await bytes.arrayBuffer());
  const known = await recallDigest(digest, context);
  if (known !== null) {
    return changeCheck(check, {
      state: "examined", submission: known, submissionId: known.id, fromCache: true, bytes: how, trouble: null,
    });
  }
  try {
    const made = await submitBytes(settings, bytes, `${check.id}.${digest.slice(0, 16)}.${check.tries}`);
    check = await changeCheck(check, { submissionId: made.id, bytes: how, state: "working", trouble: null });
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    // Still unreachable: the offer to send stays, with the reason why it did not work.
    check = await changeCheck(check, { state: "unreachable", trouble: error.trouble });
  }
  return check;
}

/**
 * @param {string} id
 * @param {string} reason
 * @param {string} evidenceUrl
 */
export async function sendAppeal(id, reason, evidenceUrl) {
  const check = await must(id);
  // Kept before it is sent: the reader's words must not die with the worker.
  const kept = await changeCheck(check, { appeal: { state: "none", reason, trouble: null } });
  try {
    await appeal(await readSettings(), check.submissionId ?? "", {
      reason,
      ...(evidenceUrl ? { evidence_url: evidenceUrl } : {}),
    });
    return await changeCheck(kept, { appeal: { state: "sent", reason, trouble: null } });
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    return changeCheck(kept, { appeal: { state: "troubled", reason, trouble: error.trouble } });
  }
}

/**
 * Ask for a moderator's look at a picture, under a random name that is this browser's own.
 * @param {string} id
 */
export async function reportChecked(id) {
  const { submission, isPrivate } = await must(id);
  if (submission === null) throw new TroubleError({ kind: "not_found" });
  await reportPicture(await readSettings(), submission.id, await readerName(isPrivate));
}

/**
 * @param {boolean} isPrivate nothing of a private window is kept, so that each of its reports has another name
 */
async function readerName(isPrivate) {
  if (isPrivate) return crypto.randomUUID();
  const { reader } = await chrome.storage.local.get("reader");
  if (typeof reader === "string") return reader;
  const made = crypto.randomUUID();
  await chrome.storage.local.set({ reader: made });
  return made;
}

/**
 * @param {string} id
 * @returns {Promise<string>} the address of the page where the artist may appeal
 */
export async function artistAddress(id) {
  const { submission } = await must(id);
  if (submission === null) throw new TroubleError({ kind: "not_found" });
  return artistPage(await readSettings(), submission.id);
}

/**
 * @param {string} id
 * @returns {Promise<string>} a data: address
 */
export async function heatmap(id) {
  const { submission } = await must(id);
  const path = submission?.links.heatmap;
  if (!path) throw new TroubleError({ kind: "unsupported" });
  return readHeatmap(await readSettings(), path);
}

/**
 * @param {string} id
 * @returns {Promise<Check>}
 */
async function must(id) {
  const check = await readCheck(id);
  if (check === null) throw new TroubleError({ kind: "not_found" });
  return check;
}
