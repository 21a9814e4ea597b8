/** The reader's language, chosen in the options or by the browser. */

import { WORDS as EN } from "./en.js";
import { WORDS as JA } from "./ja.js";

/** @typedef {typeof EN} Words */

/**
 * @param {import("../types").Settings["language"]} chosen
 * @returns {"en" | "ja"}
 */
export function languageOf(chosen) {
  if (chosen !== "auto") return chosen;
  return chrome.i18n.getUILanguage().toLowerCase().startsWith("ja") ? "ja" : "en";
}

/**
 * @param {"en" | "ja"} lang
 * @returns {Words}
 */
export function wordsOf(lang) {
  return lang === "ja" ? JA : EN;
}
