/** The score of a verdict in words and on its scale. */

import { digitsOf, pointsText, scoreText } from "../words/said.js";
import { edgesOf, isTooSmall, zoneOf } from "./standing.js";

/**
 * The zone of the finding is full. That of a score which re-saving moves is the finding's, too: the range shows why.
 * @param {NonNullable<import("../types").Submission["verdict"]>} verdict
 * @param {import("../words/words.js").Words} words
 * @param {"en" | "ja"} lang
 * @returns {import("../types").GaugeView | null} null where the score means nothing
 */
export function gaugeOf(verdict, words, lang) {
  if (isTooSmall(verdict)) return null;
  const { score, score_range: range, human_share: share, thresholds } = verdict;
  const edges = edgesOf(verdict);
  // 92.6 must not read as "93, signs from 93".
  const digits = digitsOf([score, ...(edges ? [edges.low, edges.high] : [])]);
  const points = (/** @type {number} */ value) => pointsText(value, lang, digits);
  const notes = [];
  if (share !== null) notes.push(words.humanShare(Math.round(1000 * share)));
  if (edges && thresholds && edges.high < thresholds.flagged_from) {
    notes.push(words.lowered(points(thresholds.flagged_from), points(edges.high)));
  }
  return {
    text: words.score(scoreText(score, lang, digits)),
    range: range && words.savedAgain(points(range[0]), points(range[1])),
    low: edges && 100 * edges.low,
    high: edges && 100 * edges.high,
    at: 100 * score,
    zone: verdict.basis === "unstable" ? "uncertain" : zoneOf(verdict),
    spread: range && [100 * range[0], 100 * range[1]],
    ends: edges && [words.clearBelow(points(edges.low)), words.signsFrom(points(edges.high))],
    notes,
  };
}
