// The browser's verifier gives the report of the Python verifier, for every copy and presentation.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { parseTrust, verifyQr } from "./verifier/verify.js";

const { trust: document, cases } = JSON.parse(readFileSync(new URL("shown-codes.json", import.meta.url), "utf8"));
const trust = await parseTrust(new TextEncoder().encode(document));
const bytes = (text) => (text === null ? null : Uint8Array.from(Buffer.from(text, "base64")));

for (const { name, text, as_of: asOf, status_list: listed, report } of cases) {
  test(`the report on the ${name} is the Python verifier's`, async () => {
    assert.deepEqual(await verifyQr(text, trust, { asOf: new Date(asOf), statusList: bytes(listed) }), report);
  });
}
