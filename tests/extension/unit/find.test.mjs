import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const source = readFileSync(new URL("../../../extension/page/find.js", import.meta.url), "utf8");
const page = vm.createContext({ URL });
vm.runInContext(source, page);
const read = (name, ...values) => JSON.parse(JSON.stringify(page[name](...values)));
const BASE = "https://a.example/x/";

test("srcset is read as browsers read it", () => {
  assert.deepEqual(read("readSrcset", "a.png 320w, /b.png 1280w", BASE), [
    { url: "https://a.example/x/a.png", width: 320 }, { url: "https://a.example/b.png", width: 1280 },
  ]);
  assert.deepEqual(read("readSrcset", "a.png, b.png 2x", BASE).map(({ width }) => width), [1, 2]);
  assert.deepEqual(read("readSrcset", "https://c.example/w_300,h_200/a.png 300w,https://c.example/b.png 600w", BASE).map(({ url }) => url), [
    "https://c.example/w_300,h_200/a.png", "https://c.example/b.png",
  ]);
  assert.deepEqual(read("readSrcset", null, BASE), []);
  assert.deepEqual(read("readSrcset", "  ", BASE), []);
});

test("backgrounds are read, the densest first, gradients left alone", () => {
  assert.deepEqual(read("readUrls", "none", BASE), []);
  assert.deepEqual(read("readUrls", "linear-gradient(red, blue)", BASE), []);
  assert.deepEqual(read("readUrls", 'image-set(url("https://a.example/1.png") 1dppx, url("https://a.example/2.png") 2dppx)', BASE).map(({ url }) => url), [
    "https://a.example/2.png", "https://a.example/1.png",
  ]);
  assert.equal(read("readUrls", 'linear-gradient(red, blue), url("a(1).png")', BASE)[0].url, "https://a.example/x/a(1).png");
});
