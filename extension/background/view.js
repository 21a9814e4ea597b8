/** From a check to the card that shows it: here all words are chosen, so that pages need none. */

import { said, scoreText } from "../words/said.js";
import { wordsOf } from "../words/words.js";

/** @typedef {import("../types").Check} Check */
/** @typedef {import("../types").CardView} CardView */
/** @typedef {import("../words/words.js").Words} Words */

// The server says the same as our own note of a stripped file.
const STRIPPED = "no_record_of_origin";
// What these say stands among the reasons, and the file itself says neither.
const NOT_IN_FILE = new Set(["pixels", "known_image"]);
// What is said of a picture whose score means nothing.
const TOO_SMALL = "picture_too_small";
const RETRY = { act: "retry", primary: true };

/**
 * @param {Check} check
 * @param {{lang: "en" | "ja", theme: CardView["theme"], server: string}} reader
 * @returns {CardView}
 */
export function cardOf(check, { lang, theme, server }) {
  const words = wordsOf(lang);
  const parts = partsOf(check, words, lang, new URL(server).host);
  return {
    id: check.id,
    revision: check.revision,
    lang,
    theme,
    busy: check.state === "working",
    final: check.state !== "working",
    score: null,
    decision: null,
    lead: null,
    reasons: [],
    evidence: [],
    notes: [],
    foot: "",
    ...parts,
    appeal: appealOf(check, words),
    words: {
      close: words.close, busy: words.busyLong, heatmap: words.heatmapAlt, details: words.appealEmpty,
    },
  };
}

/**
 * @param {Check} check
 * @param {Words} words
 * @param {"en" | "ja"} lang
 * @param {string} host
 * @returns {Pick<CardView, "tone" | "title" | "actions"> & Partial<CardView>}
 */
function partsOf(check, words, lang, host) {
  const { state, submission, trouble } = check;
  if (state === "examined" && submission?.verdict) return verdictParts(check, words, lang);
  if (state === "working") return { tone: "busy", title: words.busy, actions: [] };
  if (state === "unreachable") {
    const why = submission?.failure ? [words.failureOf(words.failure[failureName(submission)])] : [];
    const tried = check.bytes === "unreadable" ? words.unreadable : null;
    const offer = check.candidates.length ? words.offer(host) : words.offerNoUrl(host);
    return {
      tone: "trouble",
      title: check.candidates.length ? words.unreachable : words.onlyHere,
      lead: [...(check.candidates.length ? why : []), tried ?? offer].join(" "),
      notes: trouble ? [troubleText(trouble, words)] : [],
      actions: [
        ...(check.bytes === "unreadable" ? [] : [{ act: "send", label: words.send, primary: true }]),
        { act: "snapshot", label: words.snapshot, primary: check.bytes === "unreadable" },
      ],
    };
  }
  if (state === "failed" && submission) {
    return {
      tone: "trouble",
      title: words.failed,
      lead: words.failureOf(words.failure[failureName(submission)]),
      reasons: submission.failure?.detail ? [detailOf(submission.failure, lang)] : [],
      // What will never be examined is not asked for again.
      actions: [
        submission.failure?.permanent
          ? { act: "result", label: words.result, primary: false }
          : { ...RETRY, label: words.retry },
      ],
    };
  }
  const needsOptions = ["not_set_up", "no_permission", "key_refused", "not_kantei"].includes(trouble?.kind ?? "");
  return {
    tone: "trouble",
    title: words.troubled,
    lead: [
      trouble ? troubleText(trouble, words) : words.trouble.server_error,
      ...(needsOptions ? [] : [words.nothingLost]),
    ].join(" "),
    actions: [
      ...(needsOptions ? [{ act: "options", label: words.options, primary: true }] : []),
      { act: "retry", label: words.retry, primary: !needsOptions, ...waiting(trouble) },
    ],
  };
}

/**
 * Say what stands: a person's decision, or else the machine's finding.
 * @param {import("../types").Submission} submission
 * @returns {import("../types").Tone}
 */
export function standing({ decision, verdict }) {
  if (decision?.outcome === "human") return "clear";
  if (decision?.outcome === "ai") return "flagged";
  if (decision?.outcome === "assisted") return "uncertain";
  // Unsigned text in the file accuses nobody: anyone can write it.
  return verdict?.headline_code === "reader_declared" ? "declared" : verdict?.finding ?? "uncertain";
}

/**
 * @param {Check} check
 * @param {Words} words
 * @param {"en" | "ja"} lang
 */
function verdictParts(check, words, lang) {
  const submission = /** @type {import("../types").Submission} */ (check.submission);
  const verdict = /** @type {NonNullable<import("../types").Submission["verdict"]>} */ (submission.verdict);
  const isStripped = verdict.evidence.every(({ kind }) => NOT_IN_FILE.has(kind));
  const notes = [];
  if (isStripped && check.bytes !== "snapshot") notes.push(words.stripped);
  if (check.bytes === "snapshot") notes.push(words.snapshotNote);
  if (check.bytes === "sent") notes.push(words.bytesNote);
  // Where a person has decided, that is the answer, and the machine's opinion a footnote to it.
  const outcome = submission.decision?.outcome ?? null;
  const isDecided = outcome === "human" || outcome === "ai" || outcome === "assisted";
  return {
    tone: standing(submission),
    title: isDecided ? words.decided[outcome] : titleOf(verdict, words, lang),
    score: verdict.reason_codes.every((saying) => saying?.code !== TOO_SMALL) ? { percent: verdict.score * 100, text: words.score(scoreText(verdict.score, lang)) } : null,
    decision: outcome === "escalate" ? words.decided.escalate : isDecided ? words.machineSaid(titleOf(verdict, words, lang)) : null,
    lead: isDecided ? null : words.lead[standing(submission)],
    reasons: verdict.reasons
      .map((reason, place) => ({ reason, saying: verdict.reason_codes[place] ?? null }))
      .filter(({ saying }) => saying?.code !== STRIPPED)
      .slice(0, 6)
      .map(({ reason, saying }) => said(saying, reason, lang)),
    evidence: verdict.evidence
      .filter(({ kind }) => !NOT_IN_FILE.has(kind))
      .slice(0, 8)
      .map((item) => ({
        grade: item.grade,
        word: words.grade[item.grade] ?? item.grade,
        why: words.gradeWhy[item.grade] ?? "",
        tone: item.label === "ai" ? "flagged" : item.label === "human" ? "clear" : "uncertain",
        text: words.evidence(wordFor(item.kind, words.kinds), item.generator),
        lang,
      })),
    notes,
    actions: [
      ...(submission.links.heatmap ? [{ act: "heatmap", label: words.heatmap, primary: false }] : []),
      { act: "result", label: words.result, primary: false },
      // What a person has decided needs no look; who disagrees says why.
      ...(outcome === null ? [{ act: "flag", label: words.flag, primary: false }] : []),
      { act: "report", label: words.report, primary: false },
      ...(standing(submission) === "clear" ? [] : [{ act: "artist", label: words.artist, primary: false }]),
    ],
    foot: words.foot(verdict.model),
  };
}

/**
 * The verdict in one sentence: what it rests on, where the server says so.
 * @param {NonNullable<import("../types").Submission["verdict"]>} verdict
 * @param {Words} words
 * @param {"en" | "ja"} lang
 */
function titleOf({ finding, headline, headline_code }, words, lang) {
  if (!headline || !headline_code) return words[finding];
  return said({ code: headline_code, values: {} }, headline, lang).text;
}

/**
 * @param {NonNullable<import("../types").Submission["failure"]>} failure
 * @param {"en" | "ja"} lang
 */
function detailOf({ detail, reason_code, reason_values }, lang) {
  return said(reason_code === null ? null : { code: reason_code, values: reason_values ?? {} }, detail, lang);
}

/**
 * A server that said when it wants to be asked again is not asked before.
 * @param {Check["trouble"]} trouble
 */
function waiting(trouble) {
  return trouble?.kind === "rate_limited" && trouble.at && trouble.retryAfter
    ? { from: trouble.at + trouble.retryAfter * 1000 }
    : {};
}

/**
 * @param {Check} check
 * @param {Words} words
 * @returns {CardView["appeal"]}
 */
function appealOf({ appeal }, words) {
  /** @type {Record<string, string>} */
  const sentences = { unsupported: words.appealUnsupported, already_open: words.appealAlready };
  const sentence = sentences[appeal.trouble?.kind ?? ""];
  const troubled = appeal.trouble && (sentence ?? `${troubleText(appeal.trouble, words)} ${words.appealKept}`);
  return {
    heading: words.appealHeading,
    label: words.appealLabel,
    artistHeading: words.artistHeading,
    artistLabel: words.artistLabel,
    hint: words.appealHint,
    evidence: words.appealEvidence,
    send: words.appealSend,
    cancel: words.cancel,
    reason: appeal.reason,
    status: appeal.state === "sent" ? words.appealSent : troubled,
    open: appeal.state === "troubled",
    isSent: appeal.state === "sent",
  };
}

/**
 * @param {import("../types").Trouble} trouble
 * @param {Words} words
 * @returns {string}
 */
export function troubleText(trouble, words) {
  return [
    words.trouble[trouble.kind],
    trouble.retryAfter ? words.retryAfter(trouble.retryAfter) : null,
    trouble.detail ? words.reached(trouble.detail) : null,
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * @param {import("../types").Submission} submission
 * @returns {keyof Words["failure"]}
 */
function failureName({ failure }) {
  const code = failure?.code ?? "";
  return code in wordsOf("en").failure ? /** @type {keyof Words["failure"]} */ (code) : "crashed_worker";
}

/**
 * @param {string} kind
 * @param {Record<string, string>} kinds
 */
function wordFor(kind, kinds) {
  return Object.hasOwn(kinds, kind) ? kinds[kind] : kind.replaceAll("_", " ");
}
