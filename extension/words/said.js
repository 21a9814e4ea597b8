/** What the server says by code, in the reader's language. */

import { SENTENCES } from "./sayings.js";

/** @typedef {import("../types").Saying} Saying */

// A place for a value, with the spaces around it.
const PLACE = /( ?)\{(\w+)(?::(score|points|number))?\}( ?)/g;
const MOST_DIGITS = 2;

/**
 * A sentence of the server in the reader's language. In English, where the code is new to this version, and
 * from an older server that sends no codes, it is the server's own.
 * @param {Saying | null | undefined} saying
 * @param {string} english
 * @param {"en" | "ja"} lang
 * @returns {{text: string, lang: string}}
 */
export function said(saying, english, lang) {
  const text = saying ? sentenceOf(saying, lang) : null;
  return text === null ? { text: english, lang: "en" } : { text, lang };
}

/**
 * A score from 0 to 1 out of a hundred: never 0 or 100, which would claim a certainty. The same rule as the
 * server's.
 * @param {number} score
 * @param {"en" | "ja"} lang
 * @param {number} [digits] after the point, shown where they are not zero
 */
export function scoreText(score, lang, digits = 0) {
  const points = Math.floor(100 * score * 10 ** digits + 0.5) / 10 ** digits;
  if (points <= 0) return lang === "ja" ? "1/100未満" : "below 1 of 100";
  if (points >= 100) return lang === "ja" ? "99/100超" : "above 99 of 100";
  return lang === "ja" ? `${points}/100` : `${points} of 100`;
}

/**
 * The number of such a score alone: "93", or "below 1".
 * @param {number} score
 * @param {"en" | "ja"} lang
 * @param {number} digits
 */
export function pointsText(score, lang, digits) {
  return scoreText(score, lang, digits).replace(lang === "ja" ? "/100" : " of 100", "");
}

/**
 * @param {Saying} saying
 * @param {"en" | "ja"} lang
 * @returns {string | null} null where anything in it is not known here
 */
function sentenceOf({ code, values }, lang) {
  const sentences = SENTENCES[lang] ?? {};
  if (!Object.hasOwn(sentences, code)) return null;
  const places = [...sentences[code].matchAll(PLACE)];
  const digits = digitsOf(places.filter(([, , , kind]) => kind === "score" || kind === "points").map(([, , name]) => values[name]));
  const texts = new Map(places.map(([, , name, kind]) => [name, textOf(values[name], kind, lang, digits)]));
  if ([...texts.values()].includes(null)) return null;
  return sentences[code].replace(PLACE, (_, before, name, __, after) => {
    const text = texts.get(name) ?? "";
    // Japanese has a space beside Latin text alone.
    return `${isJapanese(text.at(0)) ? "" : before}${text}${isJapanese(text.at(-1)) ? "" : after}`;
  });
}

/**
 * @param {Saying["values"][string] | undefined} value
 * @param {string | undefined} kind
 * @param {"en" | "ja"} lang
 * @param {number} digits
 * @returns {string | null}
 */
function textOf(value, kind, lang, digits) {
  if (value === undefined) return null;
  if (typeof value === "object") return sentenceOf(value, lang);
  if (typeof value === "string") return value;
  if (kind === "score") return scoreText(value, lang, digits);
  if (kind === "points") return pointsText(value, lang, digits);
  return kind === "number" ? value.toLocaleString("en") : String(value);
}

/**
 * How many digits tell the scores of one sentence apart: 92.6 must not read "93, flagged at 93".
 * @param {unknown[]} scores
 */
export function digitsOf(scores) {
  const numbers = [...new Set(scores.filter((score) => typeof score === "number"))];
  for (let digits = 0; digits < MOST_DIGITS; digits += 1) {
    if (new Set(numbers.map((score) => scoreText(score, "en", digits))).size === numbers.length) return digits;
  }
  return MOST_DIGITS;
}

/** @param {string | undefined} character */
function isJapanese(character) {
  return character !== undefined && character > "\u2fff"; // kana, kanji, and full-width punctuation
}
