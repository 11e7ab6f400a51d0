// The browser reads deterministic CBOR and nothing else; the same bytes are refused by evidence/canonical.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decode, NotCanonical } from "./verifier/cbor.js";

const octets = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const cases = JSON.parse(readFileSync(new URL("cbor.json", import.meta.url), "utf8"));

const plain = (value) => {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") };
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "bigint" ? String(value) : value;
};

for (const { hex, value } of cases.read) {
  test(`${hex} is read`, () => assert.deepEqual(plain(decode(octets(hex))), value));
}

for (const hex of cases.refused) {
  test(`${hex} is refused`, () => assert.throws(() => decode(octets(hex)), NotCanonical));
}
