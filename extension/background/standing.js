/** What stands on a picture: a moderator's decision, or else Kantei's finding, with its colour, shape and words. */

import { said, scoreText } from "../words/said.js";

/** @typedef {import("../types").Submission} Submission */
/** @typedef {NonNullable<Submission["verdict"]>} Verdict */
/** @typedef {import("../words/words.js").Words} Words */
/** @typedef {keyof Words["badge"]} Kind */

/** What a headline says, where it says more than the finding. @type {Record<string, Kind>} */
const KINDS = {
  reader_declared: "declared",
  reader_partly_generated: "partly",
  reader_proved: "proof",
  reader_proved_human: "proofHuman",
  reader_near_copy: "alike",
};
/** @type {Partial<Record<Kind, import("../types").Tone>>} */
const TONES = { partly: "declared", proofHuman: "proof" };
const TOO_SMALL = "picture_too_small";

/**
 * @param {Submission} submission
 * @returns {Kind}
 */
export function kindOf({ decision, verdict }) {
  const outcome = decision?.outcome ?? "escalate";
  if (outcome !== "escalate") return outcome;
  const code = verdict?.headline_code ?? "";
  return (Object.hasOwn(KINDS, code) ? KINDS[code] : verdict?.finding) ?? "uncertain";
}

/**
 * The colour and the shape. Unsigned text in the file accuses nobody, and a similar picture lends its finding's colour.
 * @param {Submission} submission
 * @returns {{tone: import("../types").Tone, icon: string}}
 */
export function lookOf(submission) {
  const kind = kindOf(submission);
  if (kind === "alike") return { tone: submission.verdict?.finding ?? "uncertain", icon: "alike" };
  const tone = TONES[kind] ?? /** @type {import("../types").Tone} */ (kind);
  return { tone, icon: tone };
}

/**
 * True if the headline rests on the pixels, so that their score stands beside it.
 * @param {Submission} submission
 */
export function isByPixels(submission) {
  const { verdict } = submission;
  if (verdict === null || isTooSmall(verdict)) return false;
  const kind = kindOf(submission);
  if (kind === "declared") return true; // the sentence below the headline says what the pixels show
  if (kind !== "clear" && kind !== "uncertain" && kind !== "flagged") return false;
  return verdict.basis === "unstable" || (verdict.thresholds === null ? verdict.basis !== "evidence" : zoneOf(verdict) === kind);
}

/** @param {Verdict} verdict */
export function isTooSmall({ reason_codes }) {
  return reason_codes.some((saying) => saying?.code === TOO_SMALL);
}

/**
 * The scores at which a finding of this verdict changes; with a text in the file fewer pixels suffice.
 * @param {Verdict} verdict
 * @returns {{low: number, high: number} | null}
 */
export function edgesOf({ thresholds, headline_code }) {
  if (thresholds === null) return null;
  const isDeclared = headline_code === "reader_declared" || headline_code === "reader_declared_and_pixels";
  const high = isDeclared ? Math.min(thresholds.declared_from, thresholds.flagged_from) : thresholds.flagged_from;
  return { low: thresholds.clear_below, high };
}

/**
 * @param {Verdict} verdict
 * @returns {"clear" | "uncertain" | "flagged" | null} null where an older server named no thresholds
 */
export function zoneOf(verdict) {
  const edges = edgesOf(verdict);
  if (edges === null) return null;
  return verdict.score < edges.low ? "clear" : verdict.score >= edges.high ? "flagged" : "uncertain";
}

/**
 * The last word in a few words, for badges and lists, which have no room for a headline.
 * @param {Submission} submission
 * @param {Words} words
 * @param {"en" | "ja"} lang
 */
export function standing(submission, words, lang) {
  const kind = kindOf(submission);
  const score = submission.verdict && isByPixels(submission) ? scoreText(submission.verdict.score, lang) : null;
  return {
    ...lookOf(submission),
    word: words.badge[kind],
    score: score === null ? "" : kind === "declared" ? words.pixelsScore(score) : score,
  };
}

/**
 * The verdict in one sentence: what it rests on, where the server says so.
 * @param {Verdict} verdict
 * @param {Words} words
 * @param {"en" | "ja"} lang
 */
export function headlineOf({ finding, headline, headline_code }, words, lang) {
  if (!headline || !headline_code) return words[finding];
  return said({ code: headline_code, values: {} }, headline, lang).text;
}
