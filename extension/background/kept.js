/**
 * Checks live in `storage.session`: the worker may die between any two lines, and the page or popup
 * that waits for a check asks again. Nothing here survives the browser's end.
 */

/** @typedef {import("../types").Check} Check */

const KEPT = 60; // checks; the oldest go first

/**
 * @param {string} id
 * @returns {Promise<Check | null>}
 */
export async function readCheck(id) {
  const name = `check:${id}`;
  /** @type {Record<string, any>} */
  const found = await chrome.storage.session.get(name);
  return found[name] ?? null;
}

/**
 * Store a check as it is now, one revision on.
 * @param {Check} check
 * @param {Partial<Check>} changes
 * @returns {Promise<Check>}
 */
export async function changeCheck(check, changes) {
  const next = { ...check, ...changes, revision: check.revision + 1 };
  await chrome.storage.session.set({ [`check:${check.id}`]: next });
  return next;
}

/**
 * @param {import("../types").Picture} picture
 * @param {string[]} candidates
 * @param {{tabId: number | null, isPrivate: boolean}} place
 * @returns {Promise<Check>}
 */
export async function newCheck(picture, candidates, place) {
  // The bytes of a data: address may be larger than session storage; the page still has them.
  const shown = picture.shown !== null && picture.shown.length > 4096 ? null : picture.shown;
  /** @type {Check} */
  const check = {
    id: crypto.randomUUID(),
    revision: 0,
    at: Date.now(),
    picture: { ...picture, shown, others: [] },
    candidates,
    attempt: 0,
    tries: 0,
    ...place,
    state: "working",
    submissionId: null,
    submission: null,
    fromCache: false,
    trouble: null,
    bytes: "none",
    appeal: { state: "none", reason: "", trouble: null },
  };
  await dropOldest();
  return changeCheck(check, {});
}

async function dropOldest() {
  /** @type {Record<string, any>} */
  const stored = await chrome.storage.session.get(null);
  const checks = Object.entries(stored).filter(([name]) => name.startsWith("check:"));
  if (checks.length < KEPT) return;
  checks.sort(([, a], [, b]) => a.at - b.at);
  await chrome.storage.session.remove(checks.slice(0, checks.length - KEPT + 1).map(([name]) => name));
}
