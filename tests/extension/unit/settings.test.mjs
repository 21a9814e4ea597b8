import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, isUnprotected, matchPattern, migrate, serverOrigin } from "../../../extension/settings/settings.js";

test("nothing stored gives the defaults", () => {
  for (const nothing of [undefined, null, "", 7, [], {}]) assert.deepEqual(migrate(nothing), DEFAULTS);
});

test("every older version is brought to the present", () => {
  const v0 = { serverUrl: "https://k.example/", apiKey: " kt_1 ", autoSites: ["a.example"], minWidth: 300, minHeight: 120 };
  const now = migrate(v0);
  assert.equal(now.server, "https://k.example");
  assert.equal(now.key, "kt_1");
  assert.deepEqual(now.sites, ["https://a.example"]);
  assert.equal(now.minSide, 120);
  const { serverUrl: server, apiKey: key, ...rest } = v0;
  assert.deepEqual(migrate({ version: 1, server, key, ...rest }), now);
  assert.deepEqual(migrate({ version: 2, server, key, sites: ["https://a.example"], minWidth: 300, minHeight: 120 }), now);
  assert.deepEqual(migrate(now), now);
});

test("nonsense becomes the default, and what is good stays", () => {
  const found = migrate({
    version: 3, server: "ftp://x", key: 5, language: "fr", theme: "pink", sites: ["javascript:1", "https://b.example/x", 3],
    minSide: -4, pauseOnBattery: "no", paused: 1,
  });
  assert.deepEqual(found, { ...DEFAULTS, sites: ["https://b.example"], minSide: 50 });
});

test("a later version's settings are read as far as they are understood", () => {
  assert.equal(migrate({ version: 99, key: "kt_9", strange: true }).key, "kt_9");
});

test("a server address is http or https, without credentials, with its path", () => {
  assert.equal(serverOrigin(" https://k.example:8443/kantei/ "), "https://k.example:8443/kantei");
  for (const bad of ["", "k.example", "file:///etc", "https://u:p@k.example", "javascript:alert(1)"]) {
    assert.equal(serverOrigin(bad), null, bad);
  }
});

test("a key in the clear is noticed, but not on this machine", () => {
  assert.equal(isUnprotected("http://k.example"), true);
  for (const fine of ["https://k.example", "http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:80"]) {
    assert.equal(isUnprotected(fine), false, fine);
  }
});

test("permissions are asked for one host", () => {
  assert.equal(matchPattern("https://k.example:8443/x"), "https://k.example/*");
});
