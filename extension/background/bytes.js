/**
 * A picture's bytes, where the page itself may not read them: fetched from the picture's own host,
 * as the browser fetched them for the page, with the right that the reader gave for this host.
 */

import { mayFetch } from "./permissions.js";

export const MOST_BYTES = 20 * 1024 * 1024;
const PATIENCE = 30_000; // milliseconds
const RULE = 1; // one fetch at a time has the rule

/** @type {Promise<unknown>} */
let turn = Promise.resolve();

/**
 * @param {string} url
 * @param {string | null} pageOrigin
 * @returns {Promise<Blob | "no_permission" | null>} null where the host does not give it
 */
export async function fetchPicture(url, pageOrigin) {
  if (!(await mayFetch(url))) return "no_permission";
  const done = turn.then(() => withReferer(url, pageOrigin, () => read(url)));
  turn = done.catch(() => null);
  return done;
}

/**
 * Hosts with hot-link protection answer only where the Referer names their own site; a fetch of ours
 * has none. The rule holds for this one address and for our own requests, and goes at once.
 * @template T
 * @param {string} url
 * @param {string | null} pageOrigin
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withReferer(url, pageOrigin, work) {
  if (pageOrigin === null || chrome.declarativeNetRequest === undefined) return work();
  await chrome.declarativeNetRequest.updateSessionRules({
    removeRuleIds: [RULE],
    addRules: [
      {
        id: RULE,
        action: {
          type: "modifyHeaders",
          requestHeaders: [{ header: "Referer", operation: "set", value: `${pageOrigin}/` }],
        },
        condition: {
          urlFilter: `|${url.replaceAll(/[*^|]/g, "*")}`,
          initiatorDomains: [chrome.runtime.id],
          resourceTypes: ["xmlhttprequest", "other"],
        },
      },
    ],
  });
  try {
    return await work();
  } finally {
    await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: [RULE] });
  }
}

/**
 * @param {string} url
 * @returns {Promise<Blob | null>}
 */
async function read(url) {
  try {
    // The picture's own host gets what it got when the page was shown; the server gets bytes alone.
    const response = await fetch(url, {
      credentials: "include",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) return null;
    const blob = await response.blob();
    return blob.size > 0 && blob.size <= MOST_BYTES ? blob : null;
  } catch {
    return null;
  }
}

/**
 * Cut a picture out of what the tab shows: for pictures that nothing else can read.
 * @param {number} windowId
 * @param {{x: number, y: number, width: number, height: number, scale: number}} box CSS pixels of the
 *   viewport; scale: device pixels in one
 * @returns {Promise<Blob | null>}
 */
export async function snapshot(windowId, box) {
  const shown = await chrome.tabs.captureVisibleTab(windowId, { format: "png" }).catch(() => null);
  if (shown === null) return null;
  const bitmap = await createImageBitmap(await (await fetch(shown)).blob());
  const left = Math.max(Math.round(box.x * box.scale), 0);
  const top = Math.max(Math.round(box.y * box.scale), 0);
  const width = Math.min(Math.round(box.width * box.scale), bitmap.width - left);
  const height = Math.min(Math.round(box.height * box.scale), bitmap.height - top);
  if (width < 32 || height < 32) return null;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(bitmap, left, top, width, height, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/png" });
}
