/** From a check to the card that shows it: here all words are chosen, so that pages need none. */

import { said } from "../words/said.js";
import { wordsOf } from "../words/words.js";
import { gaugeOf } from "./gauge.js";
import { headlineOf, isByPixels, isTooSmall, kindOf, lookOf, zoneOf } from "./standing.js";
import { joined, troubleParts, troubleText } from "./trouble.js";

/** @typedef {import("../types").Check} Check */
/** @typedef {import("../types").CardView} CardView */
/** @typedef {import("../words/words.js").Words} Words */
/** @typedef {NonNullable<import("../types").Submission["verdict"]>} Verdict */

// What the headline, the gauge or the card's last line says already.
const RESTATING = new Set([
  "pixels_flagged", "pixels_clear", "pixels_undecided", "declared_and_pixels", "declared_not_pixels",
  "declared_pixels_undecided", "generation_proved", "human_origin_proved", "no_record_of_origin", "score_unstable",
  "picture_too_small", "hint_of_generation", "sign_of_human_work",
]);
// The file itself says neither.
const NOT_IN_FILE = new Set(["pixels", "known_image"]);
const GRADES = /** @type {const} */ (["proof", "alike", "declared", "hint"]);
const MOST = { notes: 6, items: 8 };
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
    sentence: null,
    gauge: null,
    leads: [],
    groups: [],
    notes: [],
    feet: [],
    ...parts,
    appeal: appealOf(check, words),
    words: {
      close: words.close, busy: words.busyLong, details: words.appealEmpty,
      heatmap: words.heatmapAlt, heatLegend: words.heatLegend, heatWhy: words.heatWhy,
    },
  };
}

/**
 * @param {Check} check
 * @param {Words} words
 * @param {"en" | "ja"} lang
 * @param {string} host
 * @returns {Pick<CardView, "tone" | "icon" | "title" | "actions"> & Partial<CardView>}
 */
function partsOf(check, words, lang, host) {
  const { state, submission, trouble } = check;
  if (state === "examined" && submission?.verdict) return verdictParts(check, submission, submission.verdict, words, lang);
  if (state === "working") return { tone: "busy", icon: "hint", title: words.busy, actions: [] };
  const look = { tone: /** @type {const} */ ("trouble"), icon: "trouble" };
  const why = submission?.failure ? words.failureOf(words.failure[failureName(submission)]) : null;
  if (state === "unreachable") {
    const isTried = check.bytes === "unreadable";
    const hasAddress = check.candidates.length > 0;
    return {
      ...look,
      title: hasAddress ? words.unreachable : words.onlyHere,
      sentence: hasAddress ? why : null,
      leads: [
        ...(isTried ? [words.unreadable, words.orSnapshot] : [hasAddress ? words.offer(host) : words.offerNoUrl(host)]),
        ...(trouble ? [troubleText(trouble, words)] : []),
      ],
      actions: [
        ...(isTried ? [] : [{ act: "send", label: words.send, primary: true }]),
        { act: "snapshot", label: words.snapshot, primary: isTried },
      ],
    };
  }
  if (state === "failed" && submission) {
    const { failure } = submission;
    return {
      ...look,
      title: words.failed,
      sentence: why,
      notes: failure?.detail ? [detailOf(failure, lang)] : [],
      // What will never be examined is not asked for again.
      actions: [failure?.permanent ? { act: "result", label: words.result, primary: false } : { ...RETRY, label: words.retry }],
    };
  }
  return troubleParts(trouble ?? { kind: "server_error" }, words);
}

/**
 * @param {Check} check
 * @param {import("../types").Submission} submission
 * @param {Verdict} verdict
 * @param {Words} words
 * @param {"en" | "ja"} lang
 * @returns {Pick<CardView, "tone" | "icon" | "title" | "actions"> & Partial<CardView>}
 */
function verdictParts(check, submission, verdict, words, lang) {
  const outcome = submission.decision?.outcome ?? null;
  const isDecided = outcome !== null && outcome !== "escalate";
  const { tone, icon } = lookOf(submission);
  return {
    tone,
    icon,
    // Where a person has decided, that is the answer, and Kantei's opinion a footnote to it.
    title: isDecided ? words.decided[outcome] : headlineOf(verdict, words, lang),
    sentence: sentenceOf(submission, verdict, words, lang),
    gauge: isByPixels(submission) ? gaugeOf(verdict, words, lang) : null,
    leads: outcome === "escalate" ? [words.decided.escalate] : [],
    groups: groupsOf(submission, verdict, words, lang),
    notes: notesOf(check, verdict, words, lang),
    actions: [
      // A map explains a score, and a picture that is too small has none.
      ...(submission.links.heatmap && !isTooSmall(verdict) ? [{ act: "heatmap", label: words.heatmap, icon: "heat", primary: false }] : []),
      { act: "result", label: words.result, primary: false },
    ],
    feet: [
      // What a person has decided needs no look; who disagrees says why.
      ...(outcome === null ? [{ act: "flag", label: words.flag, primary: false }] : []),
      { act: "report", label: words.report, primary: false },
      ...(tone === "clear" || tone === "human" ? [] : [{ act: "artist", label: words.artist, primary: false }]),
    ],
  };
}

/**
 * The line below the headline: what it does not mean, or what it rests on.
 * @param {import("../types").Submission} submission
 * @param {Verdict} verdict
 * @param {Words} words
 * @param {"en" | "ja"} lang
 */
function sentenceOf(submission, verdict, words, lang) {
  const { second } = words;
  const kind = kindOf(submission);
  const signer = verdict.evidence.find(({ grade, generator }) => grade === "proof" && generator)?.generator ?? null;
  const isSigned = verdict.evidence.some(({ grade }) => grade === "proof");
  switch (kind) {
    case "human":
    case "ai":
    case "assisted":
      return second.decided(dayText(submission.decision?.decided_at ?? "", lang), headlineOf(verdict, words, lang));
    case "declared":
      return zoneOf(verdict) === "clear" ? second.declaredNot : second.declaredOpen;
    case "partly":
      return isSigned ? second.partlySigned : second.partly;
    case "proof":
    case "proofHuman":
      return signer === null ? second.proof : second.signed(signer);
    case "alike":
      return second.alike[verdict.finding];
    case "uncertain":
      if (isTooSmall(verdict)) return second.tooSmall;
      return verdict.basis === "unstable" ? second.unstable : second.uncertain;
    default:
      return second[kind];
  }
}

/**
 * The evidence, by grade, the strongest first.
 * @param {import("../types").Submission} submission
 * @param {Verdict} verdict
 * @param {Words} words
 * @param {"en" | "ja"} lang
 * @returns {CardView["groups"]}
 */
function groupsOf(submission, verdict, words, lang) {
  const isGaugeShown = isByPixels(submission);
  const told = isTooSmall(verdict) ? verdict.evidence.filter(({ kind }) => kind !== "pixels") : verdict.evidence;
  const items = told.map((one) => {
    const name = words.evidence(wordFor(one.kind, words.kinds), one.generator);
    const gauge = one.kind === "pixels" && !isGaugeShown ? gaugeOf(verdict, words, lang) : null;
    return { kind: one.kind === "known_image" ? "alike" : one.grade, name, ...detailOf(one, lang), gauge };
  });
  return GRADES.map((kind) => ({ kind, items: items.filter((item) => item.kind === kind).slice(0, MOST.items) }))
    .filter((group) => group.items.length > 0)
    .map((group) => ({
      kind: group.kind,
      word: words.grade[group.kind],
      names: [...new Set(group.items.map(({ name }) => name))].join(words.comma),
      why: words.gradeWhy[group.kind],
      items: group.items.map(({ name, text, lang: of, gauge }) => ({ name, text, lang: of, gauge })),
    }));
}

/**
 * @param {Check} check
 * @param {Verdict} verdict
 * @param {Words} words
 * @param {"en" | "ja"} lang
 * @returns {CardView["notes"]}
 */
function notesOf({ bytes }, verdict, words, lang) {
  const ours = [];
  if (bytes === "snapshot") ours.push(words.snapshotNote);
  else if (verdict.evidence.every(({ kind }) => NOT_IN_FILE.has(kind))) ours.push(words.noMetadata);
  if (bytes === "sent") ours.push(words.bytesNote);
  return [
    ...verdict.reasons
      .map((reason, place) => ({ reason, saying: verdict.reason_codes[place] ?? null }))
      .filter(({ saying }) => saying === null || !RESTATING.has(saying.code))
      .slice(0, MOST.notes)
      .map(({ reason, saying }) => said(saying, reason, lang)),
    ...ours.map((text) => ({ text, lang })),
  ];
}

/**
 * @param {string} moment
 * @param {"en" | "ja"} lang
 */
function dayText(moment, lang) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return null;
  return new Intl.DateTimeFormat(lang === "ja" ? "ja" : "en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(date);
}

/**
 * @param {import("../types").Detail} found
 * @param {"en" | "ja"} lang
 */
function detailOf({ detail, reason_code, reason_values }, lang) {
  return said(reason_code === null ? null : { code: reason_code, values: reason_values ?? {} }, detail, lang);
}

/**
 * @param {Check} check
 * @param {Words} words
 * @returns {CardView["appeal"]}
 */
function appealOf({ appeal }, words) {
  /** @type {Record<string, string>} */
  const sentences = { unsupported: words.appealUnsupported, already_open: words.appealAlready, settled: words.appealSettled };
  const sentence = sentences[appeal.trouble?.kind ?? ""];
  const troubled = appeal.trouble && (sentence ?? joined([troubleText(appeal.trouble, words), words.appealKept], words));
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
 * @param {import("../types").Submission} submission
 * @returns {keyof Words["failure"]}
 */
function failureName({ failure }) {
  const code = failure?.code ?? "";
  return Object.hasOwn(wordsOf("en").failure, code) ? /** @type {keyof Words["failure"]} */ (code) : "crashed_worker";
}

/**
 * @param {string} kind
 * @param {Record<string, string>} kinds
 */
function wordFor(kind, kinds) {
  return Object.hasOwn(kinds, kind) ? kinds[kind] : kind.replaceAll("_", " ").trim() || "?";
}
