// Types that nobody ships: the browser's verifier reads them out of the trust file as the Python verifier does.
// Run by test_browser_verifier.py, which lays the modules, the codes and the Python reports side by side.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { verifyCertificate } from "./verifier/certificate.js";
import { parseTrust, TrustMalformed, verifyQr } from "./verifier/verify.js";

const { trust: document, cases, bundles, mutated } = JSON.parse(readFileSync(new URL("described.json", import.meta.url), "utf8"));
const trust = await parseTrust(new TextEncoder().encode(document));

for (const { name, text, as_of: asOf, report } of cases) {
  test(`the report on the ${name} type is the Python verifier's`, async () => {
    assert.deepEqual(await verifyQr(text, trust, { asOf: new Date(asOf) }), report);
  });
}

for (const { name, bundle, as_of: asOf, report } of bundles) {
  test(`the report on the bundle ${name} is the Python verifier's`, async () => {
    const bytes = Uint8Array.from(Buffer.from(bundle, "base64"));
    assert.deepEqual(await verifyCertificate(bytes, trust, { asOf: new Date(asOf) }), report);
  });
}

test("a trust file that the Python verifier refuses is refused at the same member, and every other one is read", async () => {
  for (const { file, member } of mutated) {
    const bytes = Uint8Array.from(Buffer.from(file, "base64"));
    const stopped = await parseTrust(bytes).then(() => null, (error) => (error instanceof TrustMalformed ? error.member : error));
    assert.equal(stopped, member, Buffer.from(bytes).toString());
  }
});
