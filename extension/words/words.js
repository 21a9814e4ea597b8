/** The reader's language, chosen in the options or by the browser. */

import { REASONS as EN_REASONS, WORDS as EN } from "./en.js";
import { REASONS as JA_REASONS, WORDS as JA } from "./ja.js";

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

/**
 * Give one of the server's sentences in the reader's language, or as it came.
 * @param {string} sentence
 * @param {"en" | "ja"} lang
 * @returns {{text: string, lang: string}}
 */
export function translated(sentence, lang) {
  for (const [pattern, template] of lang === "ja" ? JA_REASONS : EN_REASONS) {
    if (pattern.test(sentence)) return { text: unbroken(sentence.replace(pattern, template)), lang };
  }
  return { text: unbroken(sentence), lang: "en" };
}

/** Keep a number and its sign on one line. @param {string} text */
function unbroken(text) {
  return text.replace(/(\d) %/g, "$1\u00a0%");
}
