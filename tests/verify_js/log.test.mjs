// What a log may claim and what it may not: the cases that Python and Solidity run, here in the browser's modules.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { checkCheckpoint, logKey, readCheckpoint } from "./verifier/checkpoint.js";
import { checkConsistency, checkFrontier, checkInclusion, leafHash } from "./verifier/merkle.js";
import { verifyReceipt } from "./verifier/receipt.js";

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")).cases;
const octets = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const number = BigInt; // as the file writes numbers: some are beyond what a Number can hold

const CHECKS = {
  async inclusion({ leaf, entry, index, size, path, root }) {
    const hash = entry === undefined ? octets(leaf) : await leafHash(octets(entry));
    const asked = { leaf: hash, index: number(index), size: number(size), path: path.map(octets), root: octets(root) };
    await checkInclusion(asked);
  },
  consistency: ({ old_size: oldSize, old_root: oldRoot, new_size: newSize, new_root: newRoot, path }) =>
    checkConsistency({
      oldSize: number(oldSize), oldRoot: octets(oldRoot), newSize: number(newSize), newRoot: octets(newRoot),
      path: path.map(octets),
    }),
  append: ({ size, frontier, root }) =>
    checkFrontier({ size: number(size), peaks: frontier.map(octets), root: octets(root) }),
  async checkpoint({ note, origin, spki }) {
    await checkCheckpoint(readCheckpoint(note), await logKey(origin, octets(spki)));
  },
  async receipt({ encoded, origin, spki, chain_id: chainId, contract }) {
    const pinned = { chainId: Number(chainId), contract: octets(contract) };
    await verifyReceipt(octets(encoded), await logKey(origin, octets(spki)), pinned);
  },
};
const asked = (name) => read(name).filter(({ check, javascript }) => check in CHECKS && javascript !== "not asked");

for (const one of asked("log.json")) {
  test(`${one.check}: ${one.why} is taken`, () => CHECKS[one.check](one));
}

for (const one of asked("log_fail.json")) {
  test(`${one.check}: ${one.why} is refused as ${one.refused}`, () =>
    assert.rejects(CHECKS[one.check](one), (error) => (error.reason ?? error.code) === one.refused));
}

for (const one of asked("log_unpinned.json")) {
  test(`${one.check}: ${one.why}, and is taken`, () => CHECKS[one.check](one));
}
