/**
 * A picture's bytes, where the page itself may not read them: fetched from the picture's own host,
 * as the browser fetched them for the page, with the right that the reader gave for this host.
 */

import { mayFetch } from "./permissions.js";

const MOST_BYTES = 20 * 1024 * 1024;
const PATIENCE = 30_000; // milliseconds

/**
 * @param {string} url
 * @param {number | null} tabId the tab whose page shows it
 * @returns {Promise<Blob | "no_permission" | null>} null where the host does not give it
 */
export async function fetchPicture(url, tabId) {
  if (!(await mayFetch(url))) return "no_permission";
  return (await read(url)) ?? (tabId === null ? null : readFramed(url, tabId));
}

/**
 * Hosts with hot-link protection give pictures only where the Referer names their own site, and no
 * fetch of ours can have one. A frame in the page can: the picture is loaded into one, unseen, and
 * read from within, with the right that the reader gave for its host.
 * @param {string} url
 * @param {number} tabId
 * @returns {Promise<Blob | null>}
 */
async function readFramed(url, tabId) {
  try {
    const isLoaded = await chrome.tabs.sendMessage(tabId, { kind: "frame", url }, { frameId: 0 });
    if (!isLoaded) return null;
    const frames = await chrome.scripting.executeScript({
      target: { tabId, allFrames: true },
      func: readOwnPicture,
      args: [url, MOST_BYTES],
    });
    const data = frames.map(({ result }) => result).find(Boolean);
    return data ? await (await fetch(data)).blob() : null;
  } catch {
    return null; // the page is gone, or forbids frames
  } finally {
    await chrome.tabs.sendMessage(tabId, { kind: "unframe" }, { frameId: 0 }).catch(() => null);
  }
}

/**
 * Runs within the frame, so it may use nothing from outside itself.
 * @param {string} url
 * @param {number} most bytes
 * @returns {Promise<string | null>} a data: address
 */
async function readOwnPicture(url, most) {
  if (location.href !== url || !document.contentType.startsWith("image/")) return null;
  const response = await fetch(url, { cache: "force-cache" }).catch(() => null);
  const blob = response?.ok ? await response.blob() : null;
  if (blob !== null && blob.size > 0 && blob.size <= most) {
    return new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(/** @type {string} */ (reader.result));
      reader.onerror = () => resolve(null);
      reader.readAsDataURL(blob);
    });
  }
  // Not in the cache, and not given again: the pixels that the frame shows are left.
  const [image] = document.images;
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  canvas.getContext("2d")?.drawImage(image, 0, 0);
  return canvas.toDataURL("image/png");
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
