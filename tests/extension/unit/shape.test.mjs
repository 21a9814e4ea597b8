import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf, submissionOf } from "../../../extension/background/shape.js";
import { advance } from "../../../extension/background/checks.js";
import { newCheck } from "../../../extension/background/kept.js";
import { PICTURE, PLACE, answering, examined, failed, newBrowser } from "./browser.mjs";

const verdict = (changes) => examined("s1", { verdict: { ...examined().verdict, ...changes } });

test("what the API says comes through as it is", () => {
  for (const answer of [examined(), failed("s1", "gone"), examined("s1", { decision: { outcome: "ai", decided_at: "t" } })]) {
    assert.deepEqual(submissionOf(answer), answer);
  }
});

test("what is not a submission is none", () => {
  const wrong = [
    null, 7, "examined", [], {}, { ...examined(), id: "../../v1" }, { ...examined(), id: {} }, { ...examined(), state: "constructor" },
    { ...examined(), verdict: null }, verdict({ finding: "toString" }), verdict({ score: "0.9" }), verdict({ score: Number.NaN }),
    verdict({ score: 97 }), verdict({ score: -1 }),
  ];
  for (const answer of wrong) assert.equal(submissionOf(answer), null, JSON.stringify(answer));
});

test("texts lose what hides or turns a line, and no list outgrows a card", () => {
  const hostile = verdict({
    reasons: ["<img src=x onerror=alert(1)>", "left\u202eright\u0000", 7, null, "x".repeat(9000), ...Array(5000).fill("more")],
    evidence: [null, { kind: 5, grade: "certain", label: "guilty", generator: "a\u2066b", detail: {} }, ...Array(900).fill({})],
  });
  const { reasons, evidence } = submissionOf(hostile).verdict;
  assert.equal(reasons[0], "<img src=x onerror=alert(1)>"); // a text, and drawn as one
  assert.equal(reasons[1], "left right");
  assert.ok(reasons.every((reason) => typeof reason === "string" && reason.length <= 500));
  assert.ok(reasons.length <= 12 && evidence.length <= 24);
  assert.deepEqual(evidence[0], { kind: "", grade: "hint", label: null, generator: "a b", detail: "", reason_code: null, reason_values: null });
});

test("a code is taken with values that are texts, numbers or codes, and with its own sentence", () => {
  let deep = { code: "a", values: {} };
  for (let i = 0; i < 500; i += 1) deep = { code: "a", values: { deep } };
  const values = { text: "a\u202eb", number: 1, none: null, list: [1], where: { code: "b", values: {} }, deep, ["__proto__"]: "x" };
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, number) => [`v${number}`, number]));
  const { reasons, reason_codes } = submissionOf(verdict({
    reasons: ["one", 7, "three", "four", "five"],
    reason_codes: [{ code: "one", values }, { code: "two", values: {} }, { code: "<b>", values: {} }, { code: "four", values: many }, "five"],
  })).verdict;
  assert.deepEqual(reasons, ["one", "three", "four", "five"]);
  assert.deepEqual([reason_codes[0].code, reason_codes[1], reason_codes[2].code, reason_codes[3]], ["one", null, "four", null]);
  const sound = reason_codes[0].values;
  assert.deepEqual([sound.text, sound.number, sound.where], ["a b", 1, { code: "b", values: {} }]);
  assert.deepEqual([Object.hasOwn(sound, "none"), Object.hasOwn(sound, "list")], [false, false]);
  assert.ok(JSON.stringify(sound.deep).length < 200);
  assert.ok(Object.keys(reason_codes[2].values).length <= 12);
  assert.deepEqual(submissionOf(verdict({ reasons: ["one"], reason_codes: undefined })).verdict.reason_codes, []);
});

test("a path leads to no other server", () => {
  for (const path of ["/v1/submissions/s1/heatmap", "/appeal/IjAx.aGk-_8.x"]) assert.equal(pathOf(path), path);
  for (const path of ["//evil.example/a", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "", null, 5, "/a b", "/a\n"]) {
    assert.equal(pathOf(path), null, String(path));
  }
});

test("a check that is answered with nonsense ends in a sentence", async () => {
  for (const nonsense of [{ id: "s1", state: "examined" }, ["x"], { id: "s1", state: "examined", verdict: { finding: "flagged" } }]) {
    newBrowser();
    answering(nonsense);
    const done = await advance((await newCheck(PICTURE, ["https://a.example/a.png"], PLACE)).id);
    assert.deepEqual([done.state, done.trouble.kind], ["troubled", "not_kantei"]);
  }
});
