// The browser's Merkle tree: the published trees, every small tree against a plain recursion, and what it refuses.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  checkConsistency, checkInclusion, climb, emptyRoot, frontierRoot, leafHash, nodeHash, ProofInvalid, REASONS,
} from "./verifier/merkle.js";

const LARGEST = 17;
const octets = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const published = JSON.parse(readFileSync(new URL("merkle.json", import.meta.url), "utf8"));
const roots = published.roots.map(octets);
const leaves = await Promise.all(published.entries.map((entry) => leafHash(octets(entry))));

// RFC 9162 by its definitions: MTH, PATH and SUBPROOF, with k the largest power of two below n.
const half = (n) => 2 ** Math.floor(Math.log2(n - 1));
const mth = async (d) => {
  if (d.length === 0) return emptyRoot();
  if (d.length === 1) return d[0];
  const k = half(d.length);
  return nodeHash(await mth(d.slice(0, k)), await mth(d.slice(k)));
};
const pathOf = async (m, d) => {
  if (d.length === 1) return [];
  const k = half(d.length);
  if (m < k) return [...(await pathOf(m, d.slice(0, k))), await mth(d.slice(k))];
  return [...(await pathOf(m - k, d.slice(k))), await mth(d.slice(0, k))];
};
const subproof = async (m, d, complete) => {
  if (m === d.length) return complete ? [] : [await mth(d)];
  const k = half(d.length);
  if (m <= k) return [...(await subproof(m, d.slice(0, k), complete)), await mth(d.slice(k))];
  return [...(await subproof(m - k, d.slice(k), false)), await mth(d.slice(0, k))];
};
const proofOf = (m, d) => (m === 0 ? [] : subproof(m, d, true));

const many = await Promise.all(Array.from({ length: LARGEST }, (_, n) => leafHash(Uint8Array.of(n))));
const tree = { leaf: leaves[5], index: 5, size: 8, path: await pathOf(5, leaves), root: roots[8] };
const grown = { oldSize: 6, oldRoot: roots[6], newSize: 8, newRoot: roots[8], path: await proofOf(6, leaves) };

test("the root over no leaves is the published one", async () => assert.equal(hex(await emptyRoot()), hex(roots[0])));

for (const { index, size, path } of published.inclusion) {
  test(`leaf ${index} of the published tree of ${size} is included`, () =>
    checkInclusion({ leaf: leaves[index], index, size, path: path.map(octets), root: roots[size] }));
}

for (const { old_size: oldSize, new_size: newSize, path } of published.consistency) {
  test(`the published tree of ${oldSize} is the beginning of that of ${newSize}`, () =>
    checkConsistency({
      oldSize, oldRoot: roots[oldSize], newSize, newRoot: roots[newSize], path: path.map(octets),
    }));
}

test("every leaf of every small tree is included, by number and by BigInt", async () => {
  for (let size = 1; size <= LARGEST; size += 1) {
    const root = await mth(many.slice(0, size));
    for (let index = 0; index < size; index += 1) {
      const path = await pathOf(index, many.slice(0, size));
      await checkInclusion({ leaf: many[index], index, size, path, root });
      await checkInclusion({ leaf: many[index], index: BigInt(index), size: BigInt(size), path, root });
    }
  }
});

test("every small tree is the beginning of every larger one", async () => {
  const all = await Promise.all(Array.from({ length: LARGEST + 1 }, (_, size) => mth(many.slice(0, size))));
  for (let newSize = 0; newSize <= LARGEST; newSize += 1) {
    for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
      const path = await proofOf(oldSize, many.slice(0, newSize));
      await checkConsistency({ oldSize, oldRoot: all[oldSize], newSize, newRoot: all[newSize], path });
    }
  }
});

test("the peaks of a tree fold to its root", async () => {
  const peaks = [await mth(many.slice(0, 8)), await mth(many.slice(8, 10)), many[10]];
  assert.equal(hex(await frontierRoot({ size: 11, peaks })), hex(await mth(many.slice(0, 11))));
  assert.equal(hex(await frontierRoot({ size: 0n, peaks: [] })), hex(roots[0]));
});

test("the steps of a climb end at the root and say which side the neighbour stands on", async () => {
  const steps = await climb(tree);
  assert.deepEqual(steps.map((step) => step.left), [true, false, true]);
  assert.equal(hex(steps.at(-1).result), hex(tree.root));
});

const flipped = (bytes) => bytes.map((byte, place) => (place === 9 ? byte ^ 1 : byte));
const short = (bytes) => bytes.slice(1);
const PAST_SAFE = 2 ** 53; // the first number that another integer is rounded to
const inner = await nodeHash(leaves[4], leaves[5]);

const refused = [
  ["an index past the end", checkInclusion, { ...tree, index: 8 }, "index-past-end"],
  ["an index in an empty tree", checkInclusion, { ...tree, index: 0, size: 0, path: [] }, "index-past-end"],
  ["a negative index", checkInclusion, { ...tree, index: -1 }, "number-inexact"],
  ["a negative BigInt", checkInclusion, { ...tree, index: -1n }, "number-inexact"],
  ["half an index", checkInclusion, { ...tree, index: 0.5 }, "number-inexact"],
  ["an index as text", checkInclusion, { ...tree, index: "5" }, "number-inexact"],
  ["an index that may have been rounded", checkInclusion, { ...tree, index: PAST_SAFE }, "number-inexact"],
  ["a size that may have been rounded", checkInclusion, { ...tree, size: PAST_SAFE }, "number-inexact"],
  ["a size of 2^63", checkInclusion, { ...tree, size: 2n ** 63n }, "number-too-large"],
  ["a size of 2^63 as a number", checkInclusion, { ...tree, size: 2 ** 63 }, "number-too-large"],
  ["an index of 2^64", checkInclusion, { ...tree, index: 2n ** 64n, size: 8 }, "number-too-large"],
  ["a neighbour too few", checkInclusion, { ...tree, path: tree.path.slice(1) }, "path-length"],
  ["a neighbour too many", checkInclusion, { ...tree, path: [...tree.path, tree.root] }, "path-length"],
  ["an inner node as a leaf", checkInclusion, { ...tree, leaf: inner, path: tree.path.slice(1) }, "path-length"],
  [
    "an inner node as a leaf of a smaller tree",
    checkInclusion, { ...tree, leaf: await leafHash(inner), index: 2, size: 4, path: tree.path.slice(1) },
    "root-differs",
  ],
  ["a short leaf", checkInclusion, { ...tree, leaf: short(tree.leaf) }, "hash-length"],
  ["a short neighbour", checkInclusion, { ...tree, path: tree.path.map(short) }, "hash-length"],
  ["a short root", checkInclusion, { ...tree, root: short(tree.root) }, "hash-length"],
  ["a changed leaf", checkInclusion, { ...tree, leaf: flipped(tree.leaf) }, "root-differs"],
  ["a changed neighbour", checkInclusion, { ...tree, path: tree.path.map(flipped) }, "root-differs"],
  ["the root of another tree", checkInclusion, { ...tree, root: roots[7] }, "root-differs"],
  ["another index", checkInclusion, { ...tree, index: 4 }, "root-differs"],
  ["a size that shrinks", checkConsistency, { ...grown, oldSize: 8, newSize: 6 }, "size-shrinks"],
  ["growth without a path", checkConsistency, { ...grown, path: [] }, "path-length"],
  ["a path too short", checkConsistency, { ...grown, path: grown.path.slice(0, -1) }, "path-length"],
  ["a path too long", checkConsistency, { ...grown, path: [...grown.path, roots[1]] }, "path-length"],
  ["a path for the same size", checkConsistency, { ...grown, newSize: 6 }, "path-length"],
  ["another tree of the same size", checkConsistency, { ...grown, newSize: 6, path: [] }, "root-differs"],
  ["an empty tree with a root", checkConsistency, { ...grown, oldSize: 0, path: [] }, "root-differs"],
  ["a rewritten beginning", checkConsistency, { ...grown, oldRoot: flipped(grown.oldRoot) }, "root-differs"],
  ["another end", checkConsistency, { ...grown, newRoot: roots[7] }, "root-differs"],
  ["a short hash in growth", checkConsistency, { ...grown, path: grown.path.map(short) }, "hash-length"],
  ["growth to 2^63", checkConsistency, { ...grown, newSize: 2n ** 63n }, "number-too-large"],
  ["growth from a rounded size", checkConsistency, { ...grown, oldSize: PAST_SAFE }, "number-inexact"],
  ["a peak too few", frontierRoot, { size: 3, peaks: [roots[2]] }, "path-length"],
  ["a short peak", frontierRoot, { size: 1, peaks: [short(roots[1])] }, "hash-length"],
  ["peaks of 2^63 entries", frontierRoot, { size: 2n ** 63n, peaks: [roots[1]] }, "number-too-large"],
];

for (const [what, check, asked, reason] of refused) {
  test(`${what} is refused as ${reason}`, () =>
    assert.rejects(check(asked), (error) => error instanceof ProofInvalid && error.reason === reason));
}

test("every reason has a case", () => {
  assert.deepEqual(new Set(refused.map(([, , , reason]) => reason)), new Set(REASONS));
});
