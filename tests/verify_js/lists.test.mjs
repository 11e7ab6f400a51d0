// A list that was checked once is not checked again, under the trust file that it held under, and under no other.
// Run by test_browser_verifier.py, which lays the modules and a case of the conformance suite side by side.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { parseTrust, verifyQr } from "./verifier/verify.js";

const read = (name) => new Uint8Array(readFileSync(new URL(`qr-in-force/${name}`, import.meta.url)));
const text = new TextDecoder().decode(read("code.txt"));
const asOf = new Date(JSON.parse(new TextDecoder().decode(read("case.json"))).as_of);
const pinned = JSON.parse(new TextDecoder().decode(read("trust.json")));
const trusting = (document) => parseTrust(new TextEncoder().encode(JSON.stringify(document)));
const answer = async (trust, statusList) => (await verifyQr(text, trust, { asOf, statusList })).answer;

test("a list that held holds again", async () => {
  const trust = await trusting(pinned), list = read("status-list.cose");
  assert.deepEqual([await answer(trust, list), await answer(trust, list)], ["IN_FORCE", "IN_FORCE"]);
});

test("a list that held under one trust file is refused under another that lets nobody sign lists", async () => {
  const issuers = pinned.issuers.map((issuer) => ({ ...issuer, roles: issuer.roles.filter((role) => role !== "status-list") }));
  const list = read("status-list.cose");
  assert.equal(await answer(await trusting(pinned), list), "IN_FORCE");
  assert.equal(await answer(await trusting({ ...pinned, issuers }), list), "UNKNOWN");
});
