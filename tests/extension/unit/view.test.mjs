import assert from "node:assert/strict";
import { test } from "node:test";
import { cardOf, standing } from "../../../extension/background/view.js";
import { WORDS as EN } from "../../../extension/words/en.js";
import { WORDS as JA } from "../../../extension/words/ja.js";
import { PICTURE, PIXELS, examined, failed } from "./browser.mjs";

const check = (changes) => ({
  id: "c", revision: 1, at: 0, picture: PICTURE, candidates: ["https://a.example/a.png"], attempt: 0, tries: 0, tabId: 1,
  isPrivate: false, state: "examined", submissionId: "s1", submission: examined(), fromCache: false, trouble: null,
  bytes: "none", appeal: { state: "none", reason: "", trouble: null }, ...changes,
});
const card = (changes, lang = "en") => cardOf(check(changes), { lang, theme: "system", server: "https://k.example" });
const acts = (view) => view.actions.map(({ act }) => act);

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

test("what only the file says has a title and a colour of its own, whatever the finding", () => {
  const headline = "The file says it is AI-generated. Anyone can write that";
  for (const finding of ["flagged", "uncertain"]) {
    const verdict = { ...examined().verdict, finding, headline, headline_code: "reader_declared" };
    const { title, tone, lead } = card({ submission: examined("s1", { verdict }) });
    assert.deepEqual([title, tone], [headline, "declared"]);
    assert.match(lead, /Anyone can write/);
  }
});

test("a picture without metadata is said to have none, once", () => {
  const { reasons, reason_codes } = examined().verdict;
  const verdict = {
    ...examined().verdict,
    reasons: ["The file has no record of its origin.", ...reasons],
    reason_codes: [{ code: "no_record_of_origin", values: {} }, ...reason_codes],
  };
  const view = card({ submission: examined("s1", { verdict }) });
  assert.deepEqual(view.notes, [EN.stripped]);
  assert.equal(view.reasons.length, 1);
});

test("a picture that is too small to judge has no score", () => {
  const verdict = { ...examined().verdict, reasons: ["The picture is too small to judge."], reason_codes: [{ code: "picture_too_small", values: { least: 64 } }] };
  assert.equal(card({ submission: examined("s1", { verdict }) }).score, null);
  assert.notEqual(card({ submission: examined() }).score, null);
});

test("evidence is shown with its grade, and takes the note of stripping away", () => {
  const evidence = [{ kind: "novelai_signature", grade: "proof", label: "ai", generator: "NovelAI", detail: "…" }];
  const view = card({ submission: examined("s1", { verdict: { ...examined().verdict, evidence } }) });
  assert.deepEqual(view.notes, []);
  assert.deepEqual(view.evidence, [{ grade: "proof", word: "Proof", why: EN.gradeWhy.proof, tone: "flagged", text: "A NovelAI signature, naming NovelAI", lang: "en" }]);
});

test("a look-alike is no record of the file's own", () => {
  const evidence = [{ kind: "known_image", grade: "declared", label: "human", generator: null, detail: "…" }];
  const view = card({ submission: examined("s1", { verdict: { ...examined().verdict, evidence } }) });
  assert.deepEqual([view.notes, view.evidence], [[EN.stripped], []]);
});

test("evidence of a kind that this version does not know is shown all the same", () => {
  const evidence = [{ kind: "new_mark", grade: "hint", label: null, generator: null, detail: "…" }];
  assert.equal(card({ submission: examined("s1", { verdict: { ...examined().verdict, evidence } }) }).evidence[0].text, "New mark");
});

test("where a person has decided, that is the answer and its colour", () => {
  const decided = (outcome) => card({ submission: examined("s1", { decision: { outcome, decided_at: "2026-11-24T00:00:00Z" } }) });
  assert.deepEqual([decided("human").title, decided("human").tone], [EN.decided.human, "clear"]);
  assert.match(decided("human").decision, /Kantei's finding before a moderator decided: Signs of AI generation/);
  assert.ok(!acts(decided("human")).includes("artist"));
  assert.deepEqual([decided("ai").title, decided("ai").tone], [EN.decided.ai, "flagged"]);
  assert.deepEqual([decided("assisted").title, decided("assisted").tone], [EN.decided.assisted, "uncertain"]);
  // What was only passed on is not decided.
  assert.deepEqual([decided("escalate").title, decided("escalate").decision], [EN.flagged, EN.decided.escalate]);
  assert.equal(standing(examined("s1", { decision: { outcome: "human", decided_at: "" } })), "clear");
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

test("every failure and every trouble has a sentence and a way on, in both languages", () => {
  for (const lang of ["en", "ja"]) {
    for (const code of [...Object.keys(EN.failure), "unheard_of"]) {
      for (const state of ["failed", "unreachable"]) {
        const view = card({ state, submission: failed("s1", code) }, lang);
        assert.ok(view.lead.length > 5 && !view.lead.includes("undefined"), `${code} ${view.lead}`);
        assert.ok(view.actions.length > 0);
      }
    }
    for (const kind of Object.keys(EN.trouble)) {
      const view = card({ state: "troubled", submission: null, trouble: { kind } }, lang);
      assert.ok(view.lead.length > 5 && acts(view).includes("retry"), kind);
    }
  }
});

test("the server's sentences are given by their codes in Japanese, and in English as they came", () => {
  const inJapanese = { text: "画素に生成の特徴が強く出ています（スコア 97/100、しきい値 93/100）。", lang: "ja" };
  assert.deepEqual(card({}, "ja").reasons, [inJapanese]);
  assert.deepEqual(card({}).reasons, [{ text: PIXELS.detail, lang: "en" }]);
  const view = card({ state: "failed", submission: failed("s1", "http_status") }, "ja");
  assert.deepEqual(view.reasons, [{ text: "a.example がステータス 403 を返しました。", lang: "ja" }]);
});

test("a sentence whose code is not known here, and that of an older server, is shown as it came", () => {
  const reasons = ["Something new.", "Something in something.", "A value is missing."];
  const reason_codes = [
    { code: "constructor", values: {} },
    { code: "hint_of_generation", values: { detail: { code: "not_known_here", values: {} } } },
    { code: "pixels_clear", values: {} },
  ];
  const shown = reasons.map((text) => ({ text, lang: "en" }));
  for (const codes of [reason_codes, []]) {
    const verdict = { ...examined().verdict, reasons, reason_codes: codes };
    assert.deepEqual(card({ submission: examined("s1", { verdict }) }, "ja").reasons, shown);
  }
});

test("a score is out of a hundred and never a certainty", () => {
  const shown = (score, lang) => card({ submission: examined("s1", { verdict: { ...examined().verdict, score } }) }, lang).score;
  assert.deepEqual(shown(0.973), { percent: 97.3, text: "Score 97 of 100 for “generated”" });
  assert.deepEqual([0, 0.004, 0.995, 1].map((score) => shown(score).text), [
    "Score < 1 of 100 for “generated”", "Score < 1 of 100 for “generated”",
    "Score > 99 of 100 for “generated”", "Score > 99 of 100 for “generated”",
  ]);
  assert.equal(shown(1, "ja").text, "「生成」スコア 99/100超");
});
