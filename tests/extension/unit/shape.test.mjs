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
  assert.deepEqual(evidence[0], { kind: "", grade: "hint", label: null, generator: "a b", detail: "" });
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
