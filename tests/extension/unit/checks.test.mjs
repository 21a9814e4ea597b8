import assert from "node:assert/strict";
import { test } from "node:test";
import { prune } from "../../../extension/background/cache.js";
import { advance, reportChecked, retry, sendAppeal, submitPicture } from "../../../extension/background/checks.js";
import { newCheck, readCheck } from "../../../extension/background/kept.js";
import { PICTURE, PLACE, answering, examined, failed, newBrowser } from "./browser.mjs";

const begin = (urls = ["https://a.example/a.png"], place = PLACE) => newCheck(PICTURE, urls, place);
const problem = (status, headers = {}) => ({ status, headers, body: { code: "x", detail: "why", status } });

test("a check submits, waits and ends", async () => {
  newBrowser();
  const asked = answering({ id: "s1", state: "queued" }, examined());
  const done = await advance((await begin()).id);
  assert.equal(done.state, "examined");
  assert.deepEqual(asked.map(({ method, url }) => `${method} ${url}`), [
    "POST https://k.example/v1/submissions",
    "GET https://k.example/v1/submissions/s1?wait=20",
  ]);
  assert.deepEqual(JSON.parse(asked[0].options.body), { image_url: "https://a.example/a.png" });
  for (const { options } of asked) {
    assert.equal(options.credentials, "omit");
    assert.equal(options.redirect, "error");
    assert.equal(options.referrerPolicy, "no-referrer");
    assert.equal(options.headers.Authorization, "Bearer kt_1");
  }
});

test("whoever comes after a dead worker submits under the same key", async () => {
  newBrowser();
  const check = await begin();
  const first = answering(new TypeError("gone"));
  await advance(check.id);
  await retry(check.id);
  const second = answering({ id: "s1", state: "queued" }, examined());
  await advance(check.id);
  const [one, two] = [first, second].map((asked) => asked[0].options.headers["Idempotency-Key"]);
  assert.equal(one, two);
});

test("after a failure a retry is a new submission", async () => {
  newBrowser();
  const check = await begin();
  const first = answering({ id: "s1", state: "queued" }, failed("s1", "too_many_pixels"));
  assert.equal((await advance(check.id)).state, "failed");
  await retry(check.id);
  const second = answering({ id: "s2", state: "queued" }, examined("s2"));
  assert.equal((await advance(check.id)).state, "examined");
  assert.notEqual(first[0].options.headers["Idempotency-Key"], second[0].options.headers["Idempotency-Key"]);
});

test("a guess that fails is followed by the address that is shown", async () => {
  newBrowser();
  const check = await begin(["https://a.example/original.png", "https://a.example/a.png"]);
  const asked = answering({ id: "s1", state: "queued" }, failed("s1", "http_status"), { id: "s2", state: "queued" }, examined("s2"));
  assert.equal((await advance(check.id)).state, "examined");
  assert.equal(JSON.parse(asked[2].options.body).image_url, "https://a.example/a.png");
});

test("where no address works, the bytes are offered and not sent", async () => {
  newBrowser();
  const asked = answering({ id: "s1", state: "queued" }, failed("s1", "http_status"));
  assert.equal((await advance((await begin()).id)).state, "unreachable");
  assert.equal(asked.length, 2);
  assert.equal((await advance((await begin([])).id)).state, "unreachable");
  assert.equal(asked.length, 2);
});

test("a verdict is remembered by address and by digest", async () => {
  newBrowser();
  answering({ id: "s1", state: "queued" }, examined());
  await advance((await begin()).id);
  const asked = answering(examined());
  const again = await advance((await begin()).id);
  assert.equal(again.fromCache, true);
  assert.deepEqual(asked.map(({ method }) => method), ["GET"]); // has a moderator decided since?
  const bytes = new Blob([new Uint8Array([1, 2, 3])]);
  const digest = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81";
  answering({ id: "s2", state: "queued" }, examined("s2", { image: { ...examined().image, sha256: digest } }));
  const other = await begin([]);
  await submitPicture(other.id, bytes, "sent");
  await advance(other.id);
  const silent = answering(new Error("nobody is asked"));
  const known = await submitPicture((await begin([])).id, bytes, "sent");
  assert.equal(known.state, "examined");
  assert.equal(silent.length, 0);
});

test("a new model makes every older verdict a miss", async () => {
  newBrowser();
  answering({ id: "s1", state: "queued" }, examined());
  await advance((await begin()).id);
  const newer = examined("s2", { verdict: { ...examined().verdict, model: "m-2" }, image: { ...examined().image, sha256: "cd".repeat(32) } });
  answering({ id: "s2", state: "queued" }, newer);
  await advance((await begin(["https://a.example/b.png"])).id);
  const asked = answering({ id: "s3", state: "queued" }, examined("s3", newer));
  await advance((await begin()).id);
  assert.equal(asked[0].method, "POST");
});

test("a private window leaves nothing on disk, and no address is ever kept", async () => {
  const { local, session } = newBrowser();
  answering({ id: "s1", state: "queued" }, examined());
  await advance((await begin(undefined, { ...PLACE, isPrivate: true })).id);
  assert.deepEqual([...local.kept.keys()].sort(), ["settings", "version"]);
  assert.ok([...session.kept.keys()].some((name) => name.startsWith("image:")));
  answering({ id: "s1", state: "queued" }, examined("s1", { image_url: "https://a.example/a.png" }));
  await advance((await begin(["https://a.example/open.png"])).id);
  assert.ok(![...local.kept.entries()].some((entry) => JSON.stringify(entry).includes("a.example")));
});

test("the cache keeps the newest and drops pointers that lead nowhere", async () => {
  const { local } = newBrowser();
  await local.set({ version: "m p" });
  for (let n = 0; n < 30; n += 1) {
    await local.set({ [`image:${n}`]: { version: n === 29 ? "old p" : "m p", at: Date.now() + n }, [`url:${n}`]: { sha256: String(n), at: 1 } });
  }
  await prune(10);
  const left = [...local.kept.keys()].filter((name) => name.startsWith("image:"));
  assert.deepEqual(left, Array.from({ length: 10 }, (_, n) => `image:${19 + n}`));
  assert.equal([...local.kept.keys()].filter((name) => name.startsWith("url:")).length, 10);
});

for (const [status, kind] of [[401, "key_refused"], [403, "key_refused"], [413, "too_large"], [422, "refused"], [429, "rate_limited"],
  [500, "server_error"], [503, "server_down"]]) {
  test(`${status} is named ${kind}`, async () => {
    newBrowser();
    answering(problem(status, { "Retry-After": "9" }));
    const check = await advance((await begin()).id);
    assert.equal(check.state, "troubled");
    assert.equal(check.trouble.kind, kind);
    if (status === 429) assert.equal(check.trouble.retryAfter, 9);
  });
}

test("a page of somebody else's is not taken for an answer", async () => {
  newBrowser();
  globalThis.fetch = async () => new Response("<html>", { headers: { "Content-Type": "text/html" } });
  assert.equal((await advance((await begin()).id)).trouble.kind, "not_kantei");
});

for (const [kind, { server, online, granted }] of Object.entries({
  offline: { server: "https://k.example", online: false, granted: true },
  server_down: { server: "http://127.0.0.1:8000", online: false, granted: true }, // this computer is there without a network
  no_permission: { server: "https://k.example", online: true, granted: false },
})) {
  test(`a connection that fails is named ${kind}`, async () => {
    newBrowser({ server });
    Object.defineProperty(navigator, "onLine", { value: online, configurable: true });
    chrome.permissions.contains = async () => granted;
    answering(new TypeError("Failed to fetch"));
    const check = await advance((await begin()).id);
    Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
    assert.deepEqual([check.state, check.trouble.kind], ["troubled", kind]);
  });
}

test("without a key nothing is sent", async () => {
  newBrowser({ key: "" });
  const asked = answering(examined());
  assert.equal((await advance((await begin()).id)).trouble.kind, "not_set_up");
  assert.equal(asked.length, 0);
});

test("the words of an appeal outlive a server that takes none", async () => {
  newBrowser();
  answering({ id: "s1", state: "queued" }, examined());
  const check = await begin();
  await advance(check.id);
  answering(problem(404));
  assert.equal((await sendAppeal(check.id, "I drew it", "")).appeal.trouble.kind, "unsupported");
  assert.equal((await readCheck(check.id)).appeal.reason, "I drew it");
  answering(problem(409));
  assert.equal((await sendAppeal(check.id, "I drew it", "")).appeal.trouble.kind, "already_open");
  answering({ ...problem(409), body: { code: "nothing_to_appeal" } });
  assert.equal((await sendAppeal(check.id, "I drew it", "")).appeal.trouble.kind, "settled");
  const asked = answering({ status: 201, body: {} });
  assert.equal((await sendAppeal(check.id, "I drew it", "https://a.example/layers")).appeal.state, "sent");
  assert.deepEqual(JSON.parse(asked[0].options.body), { reason: "I drew it", evidence_url: "https://a.example/layers" });
});

test("a browser reports under one random name, and a private window under another each time", async () => {
  newBrowser();
  const [open, hidden] = [await begin(), await begin(["https://a.example/b.png"], { ...PLACE, isPrivate: true })];
  answering({ id: "s1", state: "queued" }, examined());
  await advance(open.id);
  answering({ id: "s2", state: "queued" }, examined("s2"));
  await advance(hidden.id);
  const asked = answering({ id: "r1" }, { id: "r1" }, { id: "r2" }, { id: "r3" });
  for (const id of [open.id, open.id, hidden.id, hidden.id]) await reportChecked(id);
  assert.deepEqual(new Set(asked.map(({ url }) => url)), new Set(["https://k.example/v1/reports"]));
  const names = asked.map(({ options }) => JSON.parse(options.body).reader);
  assert.equal(names[0], names[1]);
  assert.equal(new Set(names).size, 3);
  assert.match(names[0], /^[0-9a-f-]{36}$/);
});

test("a server from before reports says that it does not support them", async () => {
  newBrowser();
  const check = await begin();
  answering({ id: "s1", state: "queued" }, examined());
  await advance(check.id);
  answering(problem(404));
  await assert.rejects(reportChecked(check.id), { message: "unsupported" });
});
