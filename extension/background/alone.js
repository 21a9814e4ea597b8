/** A result in a window of its own, for pages that let no card in. */

import { candidates } from "../pictures/originals.js";
import { newCheck } from "./kept.js";

/**
 * @param {string | null} srcUrl
 * @param {chrome.tabs.Tab} [tab]
 */
export async function openAlone(srcUrl, tab) {
  if (srcUrl === null) {
    await openResult(null);
    return;
  }
  /** @type {import("../types").Picture} */
  const picture = { kind: "img", shown: srcUrl, others: [], link: null, width: 0, height: 0 };
  const check = await newCheck(picture, candidates(picture), {
    tabId: null,
    isPrivate: tab?.incognito ?? false,
  });
  await openResult(check.id);
}

export async function openHelp() {
  await chrome.tabs.create({ url: chrome.runtime.getURL("help/help.html") });
}

/**
 * @param {string | null} id
 * @param {boolean} [askHost] whether the browser is to be asked for the picture's host at once
 */
export async function openResult(id, askHost = false) {
  const query = new URLSearchParams({ ...(id === null ? {} : { id }), ...(askHost ? { ask: "1" } : {}) });
  const url = chrome.runtime.getURL(`result/result.html?${query}`);
  await chrome.windows.create({ url, type: "popup", width: 460, height: 720 });
}
