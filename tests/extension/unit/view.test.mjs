import assert from "node:assert/strict";
import { test } from "node:test";
import { standing } from "../../../extension/background/standing.js";
import { cardOf } from "../../../extension/background/view.js";
import { awayFromPage } from "../../../extension/look/sheet.js";
import { WORDS as EN } from "../../../extension/words/en.js";
import { WORDS as JA } from "../../../extension/words/ja.js";
import { PICTURE, PIXELS, examined, failed } from "./browser.mjs";

const check = (changes) => ({
  id: "c", revision: 1, at: 0, picture: PICTURE, candidates: ["https://a.example/a.png"], attempt: 0, tries: 0, tabId: 1,
  isPrivate: false, state: "examined", submissionId: "s1", submission: examined(), fromCache: false, trouble: null,
  bytes: "none", appeal: { state: "none", reason: "", trouble: null }, ...changes,
});
const card = (changes, lang = "en") => cardOf(check(changes), { lang, theme: "system", server: "https://k.example" });
const acts = (view) => [...view.actions, ...view.feet].map(({ act }) => act);

/** List the names of all words, with the kind of each. */
function shape(words, path = "") {
  return Object.entries(words).flatMap(([name, value]) =>
    value !== null && typeof value === "object" ? shape(value, `${path}${name}.`) : [`${path}${name} ${typeof value} ${value.length === undefined || typeof value === "string" ? "" : value.length}`]);
}

test("both languages have every word", () => {
  assert.deepEqual(shape(JA), shape(EN));
});

test("the three findings of an older server have three titles", () => {
  const older = { ...examined().verdict, headline: null, headline_code: null };
  const titles = ["flagged", "uncertain", "clear"].map((finding) => card({ submission: examined("s1", { verdict: { ...older, finding } }) }).title);
  assert.deepEqual(titles, ["Signs of AI generation", "Cannot tell", "No sign of AI generation"]);
});

const verdict = (changes) => examined("s1", { verdict: { ...examined().verdict, ...changes } });
const decided = (outcome) => examined("s1", { decision: { outcome, decided_at: "2026-11-24T00:00:00Z" } });
const mark = (kind, grade, label, generator) => ({ kind, grade, label, generator, detail: "…", reason_code: null, reason_values: null });

test("what only the file says has a title and a colour of its own, whatever the finding", () => {
  const headline = "The file says it is AI-generated. Anyone can write that";
  for (const [finding, score, sentence] of [["flagged", 0.973, EN.second.declaredOpen], ["uncertain", 0.4, EN.second.declaredOpen], ["uncertain", 0.04, EN.second.declaredNot]]) {
    const view = card({ submission: verdict({ finding, score, headline, headline_code: "reader_declared" }) });
    assert.deepEqual([view.title, view.tone, view.icon, view.sentence], [headline, "declared", "declared", sentence]);
  }
});

test("names that no version of a server gives still make a card", () => {
  for (const name of ["", "_", "constructor", "__proto__"]) {
    const submission = verdict({ headline_code: name, evidence: [mark(name, "hint", "ai", null)] });
    const view = card({ submission });
    assert.deepEqual([view.tone, typeof standing(submission, EN, "en").word], ["flagged", "string"], name);
    assert.match(view.groups[0].names, /^\S/, name);
    assert.equal(card({ state: "failed", submission: failed("s1", name) }).sentence, EN.failureOf(EN.failure.crashed_worker), name);
  }
});

test("a window of its own offers no snapshot of a page that is not there", () => {
  const view = card({ state: "unreachable", submission: failed("s1", "http_status"), bytes: "unreadable" });
  assert.deepEqual([view.leads, acts(view)], [[EN.unreadable, EN.orSnapshot], ["snapshot"]]);
  const alone = awayFromPage(view, EN);
  assert.deepEqual([alone.leads, acts(alone)], [[EN.unreadable], []]);
});

test("a picture without metadata is said to carry none, once", () => {
  const { reasons, reason_codes } = examined().verdict;
  const view = card({ submission: verdict({
    reasons: ["The file has no record of its origin.", ...reasons],
    reason_codes: [{ code: "no_record_of_origin", values: {} }, ...reason_codes],
  }) });
  assert.deepEqual(view.notes, [{ text: EN.noMetadata, lang: "en" }]);
  assert.match(EN.noMetadata, /^The file carries no metadata/);
});

test("a picture that is too small to judge has no score anywhere", () => {
  const submission = verdict({ finding: "uncertain", headline: null, headline_code: null, reasons: ["The picture is too small to judge."], reason_codes: [{ code: "picture_too_small", values: { least: 64 } }] });
  const view = card({ submission });
  assert.deepEqual([view.gauge, view.sentence, standing(submission, EN, "en").score], [null, EN.second.tooSmall, ""]);
  assert.ok(view.groups.every(({ items }) => items.every(({ gauge }) => gauge === null)));
  assert.doesNotMatch(JSON.stringify(view), /of 100/);
  const links = { ...submission.links, heatmap: "/v1/submissions/s1/heatmap" };
  assert.ok(!acts(card({ submission: { ...submission, links } })).includes("heatmap"));
  assert.notEqual(card({ submission: examined() }).gauge, null);
});

test("evidence is listed by grade, the strongest first, and takes the note of no metadata away", () => {
  const evidence = [examined().verdict.evidence[0], mark("a1111_parameters", "declared", "ai", null), mark("novelai_signature", "proof", "ai", "NovelAI")];
  const view = card({ submission: verdict({ evidence }) });
  assert.deepEqual(view.notes, []);
  assert.deepEqual(view.groups.map(({ kind, word, names }) => [kind, word, names]), [
    ["proof", "Proof", "A NovelAI signature, naming NovelAI"], ["declared", "Declared", "Generation settings (A1111)"], ["hint", "Weak signals", "Pixels"],
  ]);
});

test("a similar picture is no record of the file's own", () => {
  const view = card({ submission: verdict({ evidence: [mark("known_image", "declared", "human", null)] }) });
  assert.deepEqual([view.notes, view.groups.map(({ kind }) => kind)], [[{ text: EN.noMetadata, lang: "en" }], ["alike"]]);
});

test("evidence of a kind that this version does not know is shown all the same", () => {
  assert.equal(card({ submission: verdict({ evidence: [mark("new_mark", "hint", null, null)] }) }).groups[0].names, "New mark");
});

test("where a person has decided, that is the answer, and Kantei's score is folded away", () => {
  const shown = (outcome) => card({ submission: decided(outcome) });
  for (const outcome of ["human", "ai", "assisted"]) {
    const view = shown(outcome);
    assert.deepEqual([view.title, view.tone, view.gauge], [EN.decided[outcome], outcome, null]);
    assert.equal(view.sentence, "24 Nov 2026. Kantei had found: Signs of AI generation.");
    assert.equal(view.groups.at(-1).items[0].gauge.text, "Score 97 of 100");
    assert.equal(standing(decided(outcome), EN, "en").score, "");
  }
  assert.ok(!acts(shown("human")).includes("artist"));
  assert.ok(acts(shown("ai")).includes("artist"));
  // What was only passed on is not decided.
  assert.deepEqual([shown("escalate").title, shown("escalate").leads], [EN.flagged, [EN.decided.escalate]]);
});

test("title, colour, zone and number never contradict each other", () => {
  const findings = { flagged: "reader_flagged", uncertain: "reader_uncertain", clear: "reader_clear" };
  for (const [finding, headline_code] of Object.entries(findings)) {
    for (const score of [0, 0.04, 0.129, 0.13, 0.5, 0.929, 0.93, 1]) {
      for (const basis of ["pixels", "unstable", "evidence", null]) {
        const { tone, gauge } = card({ submission: verdict({ finding, headline_code, score, basis }) });
        assert.equal(tone, finding);
        if (gauge !== null && basis !== "unstable") assert.equal(gauge.zone, finding, `${finding} ${score} ${basis}`);
      }
    }
  }
});

test("the gauge has the thresholds that applied, the range, and what such a score has meant", () => {
  const { gauge } = card({});
  assert.deepEqual(gauge, {
    text: "Score 97 of 100", range: "Saved again: 94 to 98", low: 13, high: 93, at: 97.3, zone: "flagged", spread: [94, 98],
    ends: ["No sign below 13", "Signs from 93"], notes: ["Of pictures by people not seen in training, 4 of 1,000 score this or higher."],
  });
  // Nearly all pictures by people score this or higher, which one sentence says without a number.
  const notesAt = (/** @type {number} */ share) => card({ submission: verdict({ human_share: share }) }).gauge.notes;
  assert.deepEqual([1, 0.99].map(notesAt), Array(2).fill(["Nearly all pictures drawn by people score this or higher."]));
  assert.deepEqual(notesAt(0.989), ["Of pictures by people not seen in training, 989 of 1,000 score this or higher."]);
  // A text in the file lowers the threshold, and a sentence says so.
  const borne = card({ submission: verdict({ headline_code: "reader_declared_and_pixels", score: 0.78, score_range: null, human_share: null }) });
  assert.deepEqual([borne.gauge.high, borne.gauge.zone, borne.gauge.notes], [60, "flagged", ["The text in the file lowers the threshold from 93 to 60."]]);
  // An older server names none.
  const plain = card({ submission: verdict({ thresholds: null, score_range: null, human_share: null }) }).gauge;
  assert.deepEqual([plain.low, plain.high, plain.zone, plain.ends, plain.range], [null, null, null, null, null]);
  // Two numbers that differ are never written alike.
  const close = card({ submission: verdict({ finding: "uncertain", headline_code: "reader_uncertain", score: 0.926 }) }).gauge;
  assert.deepEqual([close.text, close.ends[1]], ["Score 92.6 of 100", "Signs from 93"]);
});

test("every standing has a word, a colour and a shape of its own in both languages", () => {
  const every = [
    ...["human", "ai", "assisted"].map(decided),
    ...["reader_clear", "reader_uncertain", "reader_flagged", "reader_declared", "reader_partly_generated", "reader_proved", "reader_proved_human", "reader_near_copy"]
      .map((headline_code) => verdict({ headline_code, finding: headline_code.split("_")[1] === "clear" ? "clear" : headline_code === "reader_uncertain" ? "uncertain" : "flagged" })),
  ];
  for (const words of [EN, JA]) {
    const said = every.map((submission) => standing(submission, words, "en"));
    assert.equal(new Set(said.map(({ word }) => word)).size, every.length);
    assert.equal(new Set(said.map(({ tone, icon }) => `${tone} ${icon}`)).size, every.length - 2); // two declared, two signed
  }
  assert.equal(standing(verdict({ headline_code: "reader_declared", finding: "uncertain", score: 0.08 }), EN, "en").score, "Pixels: 8 of 100");
});

test("what can never be examined is not asked for again, and a server that named a time not before it", () => {
  assert.deepEqual(acts(card({ state: "failed", submission: failed("s1", "too_many_pixels") })), ["result"]);
  const passing = failed("s1", "crashed_worker");
  passing.failure.permanent = false;
  assert.deepEqual(acts(card({ state: "failed", submission: passing })), ["retry"]);
  const limited = card({ state: "troubled", submission: null, trouble: { kind: "rate_limited", retryAfter: 17, at: 1000 } });
  assert.deepEqual(limited.actions, [{ act: "retry", label: EN.retry, primary: true, from: 18_000 }]);
});

test("a picture without address is not called unanswered", () => {
  assert.equal(card({ state: "unreachable", submission: null, candidates: [] }).title, EN.onlyHere);
});

test("a heat map is offered only where the server has one, the artist's way not where nothing is claimed", () => {
  assert.deepEqual(acts(card({})), ["result", "flag", "report", "artist"]);
  const links = { self: "/x", appeal: null, heatmap: "/v1/submissions/s1/heatmap" };
  assert.deepEqual(acts(card({ submission: examined("s1", { links }) })), ["heatmap", "result", "flag", "report", "artist"]);
  assert.deepEqual(acts(card({ submission: examined("s1", { verdict: { ...examined().verdict, finding: "clear" } }) })), ["result", "flag", "report"]);
});

test("sentences in Japanese have no space between them", () => {
  const view = card({ state: "troubled", submission: null, trouble: { kind: "rate_limited", retryAfter: 17, at: 1000 } }, "ja");
  assert.equal(view.sentence, `${JA.trouble.rate_limited}17秒後にもう一度お試しください。`);
});

test("every failure and every trouble has a sentence and a way on, in both languages", () => {
  for (const lang of ["en", "ja"]) {
    for (const code of [...Object.keys(EN.failure), "unheard_of"]) {
      for (const state of ["failed", "unreachable"]) {
        const view = card({ state, submission: failed("s1", code) }, lang);
        assert.ok(view.sentence.length > 5 && !view.sentence.includes("undefined"), `${code} ${view.sentence}`);
        assert.ok(view.actions.length > 0);
      }
    }
    for (const kind of Object.keys(EN.trouble)) {
      const view = card({ state: "troubled", submission: null, trouble: { kind } }, lang);
      assert.ok(view.title.length > 5 && view.sentence.length > 5, kind);
      assert.ok(acts(view).includes(kind === "not_set_up" ? "help" : "retry"), kind);
    }
  }
});

test("the server's sentences are given by their codes in Japanese, and in English as they came", () => {
  const inJapanese = { text: "画素に生成の特徴が強く出ています（スコア 97/100、しきい値 93）。", lang: "ja" };
  const pixels = (lang) => (({ text, lang: of }) => ({ text, lang: of }))(card({}, lang).groups[0].items[0]);
  assert.deepEqual(pixels("ja"), inJapanese);
  assert.deepEqual(pixels("en"), { text: PIXELS.detail, lang: "en" });
  const view = card({ state: "failed", submission: failed("s1", "http_status") }, "ja");
  assert.deepEqual(view.notes, [{ text: "a.example がステータス 403 を返しました。", lang: "ja" }]);
});

test("a sentence whose code is not known here, and that of an older server, is shown as it came", () => {
  const reasons = ["Something new.", "Something in something.", "A value is missing."];
  const reason_codes = [
    { code: "constructor", values: {} },
    { code: "known_ai_but_signed_as_human", values: { known: { code: "not_known_here", values: {} } } },
    { code: "frames_counted", values: {} },
  ];
  const shown = reasons.map((text) => ({ text, lang: "en" }));
  for (const codes of [reason_codes, []]) {
    const verdict = { ...examined().verdict, reasons, reason_codes: codes };
    assert.deepEqual(card({ submission: examined("s1", { verdict }) }, "ja").notes, [...shown, { text: JA.noMetadata, lang: "ja" }]);
  }
});

test("a score is out of a hundred and never a certainty", () => {
  const plain = { thresholds: null, headline_code: null };
  const shown = (score, lang) => card({ submission: verdict({ ...plain, score }) }, lang).gauge.text;
  assert.deepEqual([0, 0.004, 0.973, 0.995, 1].map((score) => shown(score)), [
    "Score below 1 of 100", "Score below 1 of 100", "Score 97 of 100", "Score above 99 of 100", "Score above 99 of 100",
  ]);
  assert.equal(shown(1, "ja"), "スコア 99/100超");
});
