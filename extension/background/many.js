/**
 * Many pictures at once, for badges and for "check all": what is cached is answered at once, the rest
 * goes in one batch request, and one waiting request tells when to look again.
 */

import { candidates } from "../pictures/originals.js";
import { readSettings } from "../settings/settings.js";
import { contextOf, recallUrl, remember, trimmed } from "./cache.js";
import { MENDABLE } from "./checks.js";
import { HOLD, TroubleError, listSubmissions, readSubmission, submitBatch } from "./client.js";

export const BATCH = 20; // pictures in one request
const PATIENCE = 25_000; // milliseconds until the page is answered, and asks again for what is open

/** @typedef {{key: string, picture: import("../types").Picture}} Asked */
/** @typedef {{attempt: number, id: string | null}} Pending */
/**
 * @typedef {{state: "examined", submission: import("../types").Submission}
 *   | {state: "pending"} | {state: "unreachable"} | {state: "failed"}
 *   | {state: "troubled", trouble: import("../types").Trouble}} Answered
 */

/**
 * What is known already, without asking the server.
 * @param {Asked[]} asked
 * @param {boolean} isPrivate
 * @returns {Promise<Record<string, Answered>>} by key; those that are not known are left out
 */
export async function recallMany(asked, isPrivate) {
  const context = await contextOf(await readSettings(), isPrivate);
  /** @type {Record<string, Answered>} */
  const answers = {};
  await Promise.all(asked.map(async ({ key, picture }) => {
    const [url] = candidates(picture);
    const submission = url === undefined ? null : await recallUrl(url, context);
    if (submission !== null) answers[key] = { state: "examined", submission };
  }));
  return answers;
}

/**
 * @param {Asked[]} asked at most `BATCH`
 * @param {boolean} isPrivate
 * @returns {Promise<Record<string, Answered>>} by key
 */
export async function checkMany(asked, isPrivate) {
  const settings = await readSettings();
  const context = await contextOf(settings, isPrivate);
  const until = Date.now() + PATIENCE;
  /** @type {Record<string, Answered>} */
  const answers = {};
  let open = asked.slice(0, BATCH).map(({ key, picture }) => ({ key, urls: candidates(picture) }));
  try {
    while (open.length > 0) {
      const pending = await readPending(open.map(({ urls }) => urls[0]));
      /** @type {typeof open} */
      const waiting = [];
      /** @type {typeof open} */
      const fresh = [];
      for (const one of open) {
        const [first] = one.urls;
        const { attempt, id } = pending[first] ?? { attempt: 0, id: null };
        const known = first === undefined ? null : await recallUrl(first, context);
        if (known !== null) answers[one.key] = { state: "examined", submission: known };
        else if (attempt >= one.urls.length) answers[one.key] = { state: "unreachable" };
        else (id === null ? fresh : waiting).push(one);
      }
      open = [...fresh, ...waiting];
      if (fresh.length > 0) await submitAll(settings, fresh, pending, answers);
      open = open.filter(({ key }) => answers[key] === undefined);
      if (open.length === 0 || Date.now() > until) break;
      await lookAgain(settings, open, context, answers, until);
      open = open.filter(({ key }) => answers[key] === undefined);
    }
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    for (const { key } of open) answers[key] ??= { state: "troubled", trouble: error.trouble };
  }
  for (const { key } of open) answers[key] ??= { state: "pending" };
  return answers;
}

/**
 * @param {import("../types").Settings} settings
 * @param {{key: string, urls: string[]}[]} fresh
 * @param {Record<string, Pending>} pending
 * @param {Record<string, Answered>} answers
 */
async function submitAll(settings, fresh, pending, answers) {
  const urls = fresh.map((one) => one.urls[pending[one.urls[0]]?.attempt ?? 0]);
  const results = await submitBatch(settings, urls, crypto.randomUUID());
  /** @type {Record<string, Pending>} */
  const changes = {};
  for (const [index, { submission, problem }] of results.entries()) {
    const [first] = fresh[index].urls;
    const attempt = pending[first]?.attempt ?? 0;
    if (submission) changes[first] = { attempt, id: submission.id };
    else answers[fresh[index].key] = { state: "troubled", trouble: { kind: "refused", detail: problem?.detail } };
  }
  await writePending(changes);
}

/**
 * Wait for one that is open, then look at all.
 * @param {import("../types").Settings} settings
 * @param {{key: string, urls: string[]}[]} open
 * @param {{server: string, isPrivate: boolean}} context
 * @param {Record<string, Answered>} answers
 * @param {number} until
 */
async function lookAgain(settings, open, context, answers, until) {
  const pending = await readPending(open.map(({ urls }) => urls[0]));
  const last = pending[open[open.length - 1].urls[0]]?.id;
  const left = Math.floor((until - Date.now()) / 1000);
  /** @type {Map<string, import("../types").Submission>} */
  const found = new Map();
  if (last) {
    const one = await readSubmission(settings, last, Math.min(Math.max(left, 0), HOLD));
    found.set(one.id, one);
    if (!isFinal(one)) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (open.length > 1) for (const one of await listSubmissions(settings)) found.set(one.id, one);
  /** @type {Record<string, Pending>} */
  const changes = {};
  for (const { key, urls } of open) {
    const { attempt, id } = pending[urls[0]] ?? { attempt: 0, id: null };
    if (id === null) continue;
    // Another reader's pictures may have pushed ours off the list.
    const submission = found.get(id) ?? (await readSubmission(settings, id, 0));
    if (submission.state === "examined") {
      await remember(urls[0], submission, context);
      answers[key] = { state: "examined", submission: trimmed(submission) };
    } else if (submission.state === "failed") {
      const next = attempt + 1;
      const isMendable = MENDABLE.has(submission.failure?.code ?? "");
      if (isMendable && next < urls.length) changes[urls[0]] = { attempt: next, id: null };
      else {
        answers[key] = { state: isMendable ? "unreachable" : "failed" };
        changes[urls[0]] = { attempt: urls.length, id: null };
      }
    }
  }
  await writePending(changes);
}

/** @param {import("../types").Submission} submission */
function isFinal({ state }) {
  return state === "examined" || state === "failed";
}

/**
 * @param {string[]} urls
 * @returns {Promise<Record<string, Pending>>}
 */
async function readPending(urls) {
  /** @type {Record<string, any>} */
  const found = await chrome.storage.session.get(urls.map((url) => `pending:${url}`));
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name.slice(8), value]));
}

/** @param {Record<string, Pending>} changes */
async function writePending(changes) {
  await chrome.storage.session.set(
    Object.fromEntries(Object.entries(changes).map(([url, value]) => [`pending:${url}`, value])),
  );
}
