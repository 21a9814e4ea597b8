/** Putting our scripts into a page: only into one that the reader pointed at, or allowed for badges. */

/**
 * In this order; they share one scope, for browsers inject no modules. From the root: Firefox reads a
 * relative path as relative to the page that asks.
 */
const SCRIPTS = [
  "/page/find.js", "/page/guess.js", "/page/read.js", "/page/style.js", "/page/icons.js", "/page/gauge.js", "/page/card.js", "/page/stage.js", "/page/pick.js",
  "/page/badges.js", "/page/shown.js", "/page/main.js",
];
const BADGES = "badges"; // our only registered content script

/**
 * @param {number} tabId
 * @returns {Promise<boolean>} false where the browser does not let us in
 */
export async function enter(tabId) {
  const target = { tabId };
  try {
    const [{ result }] = await chrome.scripting.executeScript({
      target,
      func: () => "kantei" in globalThis,
    });
    if (!result) await chrome.scripting.executeScript({ target, files: SCRIPTS });
    return true;
  } catch {
    return false; // a page of the browser's own, a store, a viewer; or the right was not given
  }
}

/**
 * Have the scripts in every page of these sites, and in no other.
 * @param {string[]} origins
 */
export async function registerBadges(origins) {
  if (chrome.scripting === undefined) return;
  const found = await chrome.scripting.getRegisteredContentScripts({ ids: [BADGES] });
  if (found.length) await chrome.scripting.unregisterContentScripts({ ids: [BADGES] });
  if (origins.length === 0) return;
  await chrome.scripting.registerContentScripts([
    {
      id: BADGES,
      // A pattern knows no port; the page asks whether its own origin is among the sites.
      matches: [...new Set(origins.map((origin) => `${new URL(origin).protocol}//${new URL(origin).hostname}/*`))],
      js: SCRIPTS,
      runAt: "document_idle",
      persistAcrossSessions: true,
    },
  ]);
}
