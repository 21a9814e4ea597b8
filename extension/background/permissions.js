/** What the reader allowed so far. At install: nothing but activeTab, contextMenus and storage. */

import { matchPattern } from "../settings/settings.js";

/**
 * Ask for the right to put our card into the page that the reader pointed at. Browsers grant it
 * without a question, but only at once after a click: call this before anything is awaited.
 * @returns {Promise<boolean>}
 */
export async function wantScripting() {
  try {
    return await chrome.permissions.request({ permissions: ["scripting"] });
  } catch {
    // No click: then only what was granted before counts.
    return chrome.permissions.contains({ permissions: ["scripting"] });
  }
}

/**
 * @param {{server: string}} where
 * @returns {Promise<boolean>}
 */
export function isGranted({ server }) {
  return chrome.permissions.contains({ origins: [matchPattern(server)] });
}

/**
 * @param {string} address
 * @returns {Promise<boolean>}
 */
export function mayFetch(address) {
  return chrome.permissions.contains({ origins: [matchPattern(address)] });
}
