import assert from "node:assert/strict";
import { test } from "node:test";
import { checkMany } from "../../../extension/background/many.js";
import { PICTURE, answering, examined, failed, newBrowser } from "./browser.mjs";

const asked20 = () => Array.from({ length: 20 }, (_, n) => ({ key: `p${n}`, picture: { ...PICTURE, shown: `https://a.example/${n}.png` } }));
const sha = (n) => String(n).padStart(64, "0");
const done = (n) => examined(`s${n}`, { image: { ...examined().image, sha256: sha(n) } });
const batch = (count, from = 0) => ({
  accepted: count, refused: 0,
  results: Array.from({ length: count }, (_, n) => ({ status: 202, problem: null, submission: { id: `s${n + from}`, state: "queued" } })),
});

test("twenty pictures are one batch request, and once known none", async () => {
  newBrowser();
  const asked = answering(batch(20), done(19), { submissions: Array.from({ length: 20 }, (_, n) => done(n)) });
  const answers = await checkMany(asked20(), false);
  assert.equal(Object.values(answers).filter(({ state }) => state === "examined").length, 20);
  assert.deepEqual(asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`), [
    "POST /v1/submissions/batch", "GET /v1/submissions/s19", "GET /v1/submissions",
  ]);
  const again = answering(new Error("nobody is asked"));
  await checkMany(asked20(), false);
  assert.equal(again.length, 0);
});

test("a worker that died after the batch finds what it had submitted", async () => {
  newBrowser();
  answering(batch(20), new TypeError("gone"));
  const first = await checkMany(asked20(), false);
  assert.equal(first.p0.state, "troubled");
  const asked = answering(done(19), { submissions: Array.from({ length: 20 }, (_, n) => done(n)) });
  const second = await checkMany(asked20(), false);
  assert.equal(second.p0.state, "examined");
  assert.ok(asked.every(({ method }) => method === "GET"));
});

test("one that fails is tried by its other address, in a batch of its own", async () => {
  newBrowser();
  const picture = { ...PICTURE, others: [{ url: "https://a.example/big.png", width: 900 }] };
  const asked = answering(batch(1), failed("s0", "http_status"), batch(1, 1), done(1));
  const answers = await checkMany([{ key: "p", picture }], false);
  assert.equal(answers.p.state, "examined");
  assert.deepEqual(JSON.parse(asked[2].options.body).submissions, [{ image_url: "https://a.example/a.png" }]);
});

test("one that is refused does not hold up the others, one without address is not sent", async () => {
  newBrowser();
  const three = [...asked20().slice(0, 2), { key: "canvas", picture: { ...PICTURE, kind: "canvas", shown: null } }];
  const answer = batch(2);
  answer.results[1] = { status: 422, submission: null, problem: { code: "invalid_url", detail: "no" } };
  answering(answer, done(0));
  const answers = await checkMany(three, false);
  assert.deepEqual(Object.fromEntries(Object.entries(answers).map(([key, { state }]) => [key, state])), {
    p0: "examined", p1: "troubled", canvas: "unreachable",
  });
});
