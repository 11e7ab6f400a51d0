// The browser's verifier gives the report of the Python verifier, for every vector.
// Run by test_browser_verifier.py, which lays the modules, the vectors and the Python reports side by side.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { parseTrust, QrUnknown, TrustMalformed, verifyQr } from "./verifier/verify.js";

const vectors = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"));
const reports = JSON.parse(readFileSync(new URL("reports.json", import.meta.url), "utf8"));
const trust = await parseTrust(new TextEncoder().encode(vectors.trust));
const bytes = (text) => (text === null ? null : Uint8Array.from(Buffer.from(text, "base64")));

for (const vector of vectors.cases) {
  test(`the report on ${vector.name} is the Python verifier's`, async () => {
    const report = await verifyQr(vector.text, trust, {
      asOf: new Date(vector.as_of),
      statusList: bytes(vector.status_list),
    });
    assert.equal(report.conclusion, vector.conclusion);
    assert.equal(report.answer, vector.answer);
    assert.deepEqual(report, reports[vector.name]);
  });
}

for (const text of vectors.no_codes) {
  test(`"${text}" is no code of a certificate`, async () => {
    await assert.rejects(verifyQr(text, trust, { asOf: new Date() }), QrUnknown);
  });
}

for (const text of ["", "{", "[]", '{"v": 2}', '{"v": 1, "hosts": []}']) {
  test(`"${text}" is no trust file`, async () => {
    await assert.rejects(parseTrust(new TextEncoder().encode(text)), TrustMalformed);
  });
}
