/** Why there is no answer, and the way on: sentences for the card and the pages. */

/** @typedef {import("../types").CardView} CardView */
/** @typedef {import("../words/words.js").Words} Words */

/**
 * @param {import("../types").Trouble} trouble
 * @param {Words} words
 * @returns {Pick<CardView, "tone" | "icon" | "title" | "actions"> & Partial<CardView>}
 */
export function troubleParts(trouble, words) {
  const { kind } = trouble;
  const needsOptions = ["not_set_up", "no_permission", "key_refused", "not_kantei"].includes(kind);
  return {
    tone: "trouble",
    icon: kind === "not_set_up" || kind === "key_refused" ? "key" : "trouble",
    title: words.troubleTitle[kind],
    sentence: joined([words.trouble[kind], ...more(trouble, words)], words),
    leads: needsOptions ? [] : [words.nothingLost],
    actions: [
      ...(needsOptions ? [{ act: "options", label: kind === "not_set_up" ? words.setUp : words.options, primary: true }] : []),
      kind === "not_set_up"
        ? { act: "help", label: words.noServer, primary: false }
        : { act: "retry", label: words.retry, primary: !needsOptions, ...waiting(trouble) },
    ],
  };
}

/**
 * A server that said when it wants to be asked again is not asked before.
 * @param {import("../types").Trouble} trouble
 */
function waiting(trouble) {
  return trouble.kind === "rate_limited" && trouble.at && trouble.retryAfter
    ? { from: trouble.at + trouble.retryAfter * 1000 }
    : {};
}

/**
 * One sentence by itself, where no title says what happened.
 * @param {import("../types").Trouble} trouble
 * @param {Words} words
 */
export function troubleText(trouble, words) {
  return joined([words.stop(words.troubleTitle[trouble.kind]), ...more(trouble, words)], words);
}

/**
 * @param {import("../types").Trouble} trouble
 * @param {Words} words
 */
function more({ retryAfter, detail }, words) {
  return [retryAfter ? words.retryAfter(retryAfter) : null, detail ? words.reached(detail) : null];
}

/**
 * Sentences after each other, with the space that the language puts between them.
 * @param {(string | null | undefined)[]} sentences
 * @param {Words} words
 */
export function joined(sentences, { space }) {
  return sentences.filter(Boolean).join(space);
}
