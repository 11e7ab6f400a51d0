// The browser's verifier of authorization bundles gives the report of the Python verifier, for every bundle.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { evidenceIn, NoBundle, textOf, verifyAuthorization } from "./verifier/authorization.js";
import { parseTrust } from "./verifier/verify.js";

const { trust: document, cases } = JSON.parse(readFileSync(new URL("authorizations.json", import.meta.url), "utf8"));
const trust = await parseTrust(new TextEncoder().encode(document));
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const pdf = (...parts) => Uint8Array.from(Buffer.concat([Buffer.from("%PDF-1.7\n"), ...parts.map((part) => Buffer.from(part))]));

for (const { name, bundle, as_of: asOf, report } of cases) {
  test(`the report on ${name} is the Python verifier's`, async () => {
    assert.deepEqual(await verifyAuthorization(bytes(bundle), trust, { asOf: new Date(asOf) }), report);
  });
}

test("the one bundle that is attached to a PDF is found", () => {
  const whole = bytes(cases[0].bundle);
  const attached = [`<< /Length ${whole.length} >>\nstream\n`, whole, "\nendstream"];
  assert.deepEqual(evidenceIn(pdf(...attached)), whole);
  assert.deepEqual(evidenceIn(whole), whole);
  assert.throws(() => evidenceIn(pdf(...attached, ...attached)), NoBundle);
  assert.throws(() => evidenceIn(pdf()), NoBundle);
});

test("what is no bundle is told apart from what does not hold", async () => {
  await assert.rejects(verifyAuthorization(new Uint8Array(40), trust, { asOf: new Date() }), NoBundle);
});

test("the text is told by its signed digest, and that it was left out", async () => {
  const named = (name) => bytes(cases.find((one) => one.name === name).bundle);
  const [whole, without] = [await textOf(named("granted")), await textOf(named("text-left-out"))];
  assert.equal(whole.words, "资格使用授权书\n");
  assert.match(whole.digest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(without, { digest: whole.digest, words: null });
});
