/**
 * The worker's door. Every listener is added at once when the worker starts: it may have been dead,
 * and is started for the very event that a late listener would miss.
 */

import { migrateStored, readSettings } from "../settings/settings.js";
import { languageOf, wordsOf } from "../words/words.js";
import { answer } from "./answer.js";
import { forget } from "./cache.js";
import { enter } from "./inject.js";
import { openAlone } from "./alone.js";
import { wantScripting } from "./permissions.js";
import { fulfilWish, syncSites } from "./sites.js";

const MENU = "check-picture";
/**
 * Chromium counts a canvas to no kind of place: only an entry for all of them is shown there. Firefox counts it
 * to the page, and would show an entry for all even in fields for passwords.
 * @type {[`${chrome.contextMenus.ContextType}`, ...`${chrome.contextMenus.ContextType}`[]]}
 */
const PLACES = chrome.runtime.getManifest().browser_specific_settings ? ["image", "page", "link", "video", "frame"] : ["all"];
const PAGES = ["http://*/*", "https://*/*", "file:///*"];

chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  await migrateStored();
  if (reason === "update") await forget(); // another version kept verdicts in another shape
  await writeMenu();
  await syncSites();
  if (reason === "install") await chrome.runtime.openOptionsPage();
});

chrome.runtime.onStartup.addListener(async () => {
  await writeMenu();
  await syncSites();
});

chrome.contextMenus.onClicked.addListener(async (info, tab) => {
  await wantScripting(); // first: a click is over at the first wait
  await checkIn(tab, {
    srcUrl: info.srcUrl ?? null,
    linkUrl: info.linkUrl ?? null,
    menuTarget: /** @type {any} */ (info).targetElementId ?? null, // Firefox alone
    via: "menu",
  });
});

chrome.commands.onCommand.addListener(async (_command, tab) => {
  await wantScripting();
  await checkIn(tab, { srcUrl: null, linkUrl: null, menuTarget: null, via: "key" });
});

chrome.permissions.onAdded.addListener(() => fulfilWish());
chrome.permissions.onRemoved.addListener(() => syncSites());

chrome.storage.onChanged.addListener(async (changes, area) => {
  if (area === "local" && changes.settings) {
    await writeMenu();
    await syncSites();
  }
});

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  if (sender.id !== chrome.runtime.id) return false;
  answer(message, sender).then(respond, (error) => respond({ broken: String(error) }));
  return true; // the answer comes later
});

/**
 * @param {chrome.tabs.Tab | undefined} tab
 * @param {{srcUrl: string | null, linkUrl: string | null, menuTarget: number | null, via: "menu" | "key"}} pointed
 */
async function checkIn(tab, pointed) {
  if (tab?.id !== undefined && (await enter(tab.id))) {
    await chrome.tabs.sendMessage(tab.id, { kind: "locate", ...pointed }, { frameId: 0 });
  } else {
    await openAlone(pointed.srcUrl, tab);
  }
}

async function writeMenu() {
  const { language } = await readSettings();
  const title = wordsOf(languageOf(language)).menu;
  await chrome.contextMenus.removeAll();
  chrome.contextMenus.create({ id: MENU, title, contexts: PLACES, documentUrlPatterns: PAGES }, () => void chrome.runtime.lastError);
}
