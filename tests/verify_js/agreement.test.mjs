// The browser's verifier of agreement bundles gives the report of the Python verifier, for every bundle.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { NoBundle, verifyAgreement } from "./verifier/agreement.js";
import { parseTrust } from "./verifier/verify.js";

const { trust: document, cases, packs } = JSON.parse(readFileSync(new URL("agreements.json", import.meta.url), "utf8"));
const trust = await parseTrust(new TextEncoder().encode(document));
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));

for (const { name, bundle, as_of: asOf, report } of cases) {
  test(`the report on the agreement ${name} is the Python verifier's`, async () => {
    assert.deepEqual(await verifyAgreement(bytes(bundle), trust, { asOf: new Date(asOf) }), report);
  });
}

for (const { name, pack, as_of: asOf, report } of packs) {
  test(`the report on the ${name} is the Python verifier's`, async () => {
    assert.deepEqual(await verifyAgreement(bytes(pack), trust, { asOf: new Date(asOf) }), report);
  });
}

test("a ZIP without a bundle is no pack", async () => {
  const zip = Buffer.from(bytes(packs[0].pack));
  for (let at = zip.indexOf("evidence.bundle"); at >= 0; at = zip.indexOf("evidence.bundle", at)) zip.write("evidence.bottle", at);
  await assert.rejects(verifyAgreement(Uint8Array.from(zip), trust, { asOf: new Date() }), NoBundle);
});

test("an agreement is told apart from what is no bundle", async () => {
  await assert.rejects(verifyAgreement(new Uint8Array(40), trust, { asOf: new Date() }), NoBundle);
});
