import assert from "node:assert/strict";
import { test } from "node:test";
import { cardOf, standing } from "../../../extension/background/view.js";
import { WORDS as EN } from "../../../extension/words/en.js";
import { WORDS as JA } from "../../../extension/words/ja.js";
import { translated } from "../../../extension/words/words.js";
import { PICTURE, examined, failed } from "./browser.mjs";

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

test("the three findings have three titles", () => {
  const titles = ["flagged", "uncertain", "clear"].map((finding) => card({ submission: examined("s1", { verdict: { ...examined().verdict, finding } }) }).title);
  assert.deepEqual(titles, ["Signs of AI generation", "Cannot tell", "No sign of AI generation"]);
});

test("a picture without metadata is said to be stripped, once", () => {
  const reasons = [...examined().verdict.reasons, "The file carries no record of its origin; sites often strip it: ask for the original."];
  const view = card({ submission: examined("s1", { verdict: { ...examined().verdict, reasons } }) });
  assert.deepEqual(view.notes, [EN.stripped]);
  assert.equal(view.reasons.length, 1);
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
  assert.deepEqual(acts(card({})), ["result", "report", "artist"]);
  const links = { self: "/x", appeal: null, heatmap: "/v1/submissions/s1/heatmap" };
  assert.deepEqual(acts(card({ submission: examined("s1", { links }) })), ["heatmap", "result", "report", "artist"]);
  assert.deepEqual(acts(card({ submission: examined("s1", { verdict: { ...examined().verdict, finding: "clear" } }) })), ["result", "report"]);
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

test("the server's sentences are given in Japanese, unknown ones as they came", () => {
  assert.deepEqual(translated("The pixels look generated: score 97 %, flagged from 90 %.", "ja"), {
    text: "画素の特徴は生成を示しています：スコア 97\u00a0%（90\u00a0% 以上で警告）。", lang: "ja",
  });
  assert.equal(
    translated("A moderator decided on 2026-11-24 that a near copy of this picture is drawn by a person (12 of 256 bits differ).", "ja").text,
    "モデレーターはこの画像とほぼ同じ画像を人が描いたものと判断しました（2026-11-24、256 ビット中 12 ビットの差）。",
  );
  assert.equal(
    translated("The list “Ghibli” holds the same picture in another file as generated (0 of 256 bits differ).", "ja").text,
    "リスト「Ghibli」に同じ画像の別のファイルが生成されたものとして載っています（256 ビット中 0 ビットの差）。",
  );
  assert.deepEqual(translated("Something new.", "ja"), { text: "Something new.", lang: "en" });
});
