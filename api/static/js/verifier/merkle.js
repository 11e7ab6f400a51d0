// The Merkle tree of the log as evidence/merkle.py checks it, with the step numbers of RFC 9162.
//
// Hashes are Uint8Arrays of 32 bytes. Indexes and sizes are BigInts or Numbers; a Number that may have been rounded
// (above 2^53 - 1) and anything of 2^63 or more is refused, never rounded. Checks throw, they return no boolean.
//
//   await checkInclusion({ leaf, index: 5, size: 8, path, root });

import { concat, same } from "./cbor.js";

export const HASH_BYTES = 32;
const LIMIT = 1n << 63n; // a size stays below it, so that it fits a signed 64-bit integer everywhere
const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);

/** A proof that does not hold. `proof` is inclusion, consistency or frontier; `reason` is one of REASONS. */
export class ProofInvalid extends Error {
  constructor(proof, reason) {
    super(`${proof}: ${reason}`);
    this.code = "proof-invalid";
    this.proof = proof;
    this.reason = reason;
  }
}

export const REASONS = [
  "number-inexact", // not a whole number, negative, or a Number that may have been rounded
  "number-too-large", // 2^63 or more
  "index-past-end", // the tree has no such leaf
  "size-shrinks", // the newer tree is the smaller one
  "hash-length", // a hash is not 32 bytes
  "path-length", // the path has too many or too few hashes for these numbers
  "root-differs", // the path leads to another root
];

/** SHA-256(0x00‖entry) (RFC 9162, section 2.1.1). */
export const leafHash = (entry) => sha256(concat([LEAF, entry]));

/** SHA-256(0x01‖left‖right) (RFC 9162, section 2.1.1). */
export const nodeHash = (left, right) => sha256(concat([NODE, left, right]));

/** The root of a tree without leaves (RFC 9162, section 2.1.1). */
export const emptyRoot = () => sha256(new Uint8Array());

/** Check that `leaf` is leaf `index` of a log of `size` leaves with this `root` (RFC 9162, section 2.1.3.2). */
export async function checkInclusion({ leaf, index, size, path, root }) {
  whole("inclusion", root);
  const steps = await climb({ leaf, index, size, path });
  if (!same(steps.at(-1)?.result ?? leaf, root)) throw new ProofInvalid("inclusion", "root-differs"); // step 5
}

/**
 * Climb from `leaf` by the inclusion `path`: one `{left, neighbour, result}` a step, `left` when the neighbour stands
 * on the left. The last result is the root that the path leads to. Throws ProofInvalid unless the path ends there.
 */
export async function climb({ leaf, index, size, path }) {
  const refuse = (reason) => { throw new ProofInvalid("inclusion", reason); };
  let fn = exact("inclusion", index);
  let sn = exact("inclusion", size) - 1n; // step 2
  if (fn > sn) refuse("index-past-end"); // step 1
  let r = whole("inclusion", leaf); // step 3
  const steps = [];
  for (const p of path) { // step 4
    if (sn === 0n) refuse("path-length"); // step 4.a
    const left = odd(fn) || fn === sn; // step 4.b
    r = left ? await nodeHash(whole("inclusion", p), r) : await nodeHash(r, whole("inclusion", p));
    steps.push({ left, neighbour: p, result: r });
    while (left && !odd(fn) && fn) [fn, sn] = [fn >> 1n, sn >> 1n]; // step 4.b.ii
    [fn, sn] = [fn >> 1n, sn >> 1n]; // step 4.c
  }
  if (sn !== 0n) refuse("path-length"); // step 5
  return steps;
}

/** Check that the log with `newRoot` extends the log with `oldRoot` (RFC 9162, section 2.1.4.2). */
export async function checkConsistency({ oldSize, oldRoot, newSize, newRoot, path }) {
  const refuse = (reason) => { throw new ProofInvalid("consistency", reason); };
  const [first, second] = [exact("consistency", oldSize), exact("consistency", newSize)];
  const hashes = [oldRoot, newRoot, ...path].map((hash) => whole("consistency", hash)).slice(2);
  if (first > second) refuse("size-shrinks");
  if (first === 0n || first === second) { // what the standard leaves out: no path is needed
    if (hashes.length) refuse("path-length");
    if (!same(oldRoot, first === 0n ? await emptyRoot() : newRoot)) refuse("root-differs");
    if (second === 0n && !same(newRoot, oldRoot)) refuse("root-differs");
    return;
  }
  if (!hashes.length) refuse("path-length"); // step 1
  if ((first & (first - 1n)) === 0n) hashes.unshift(oldRoot); // step 2
  let [fn, sn] = [first - 1n, second - 1n]; // step 3
  while (odd(fn)) [fn, sn] = [fn >> 1n, sn >> 1n]; // step 4
  let fr = hashes[0]; // step 5
  let sr = hashes[0];
  for (const c of hashes.slice(1)) { // step 6
    if (sn === 0n) refuse("path-length"); // step 6.a
    if (odd(fn) || fn === sn) { // step 6.b
      [fr, sr] = [await nodeHash(c, fr), await nodeHash(c, sr)]; // steps 6.b.i and 6.b.ii
      while (!odd(fn) && fn) [fn, sn] = [fn >> 1n, sn >> 1n]; // step 6.b.iii
    } else {
      sr = await nodeHash(sr, c); // step 6.b, otherwise
    }
    [fn, sn] = [fn >> 1n, sn >> 1n]; // step 6.c
  }
  if (sn !== 0n) refuse("path-length"); // step 7
  if (!same(fr, oldRoot) || !same(sr, newRoot)) refuse("root-differs");
}

/** Check that the tree of `size` leaves with these `peaks`, largest first, has this `root`. */
export async function checkFrontier({ size, peaks, root }) {
  if (!same(await frontierRoot({ size, peaks }), whole("frontier", root))) {
    throw new ProofInvalid("frontier", "root-differs");
  }
}

/** The root of the tree of `size` leaves with these `peaks`, its full subtrees, largest first. */
export async function frontierRoot({ size, peaks }) {
  const count = [...exact("frontier", size).toString(2)].filter((bit) => bit === "1").length;
  if (count !== peaks.length) throw new ProofInvalid("frontier", "path-length");
  const hashes = peaks.map((peak) => whole("frontier", peak));
  let folded = hashes.pop() ?? (await emptyRoot());
  while (hashes.length) folded = await nodeHash(hashes.pop(), folded);
  return folded;
}

/** An index or size as a BigInt. */
function exact(proof, value) {
  const known = typeof value === "bigint" || Number.isSafeInteger(value);
  if (typeof value === "number" && Number.isInteger(value) && value >= 2 ** 63) {
    throw new ProofInvalid(proof, "number-too-large");
  }
  if (!known || value < 0) throw new ProofInvalid(proof, "number-inexact");
  if (BigInt(value) >= LIMIT) throw new ProofInvalid(proof, "number-too-large");
  return BigInt(value);
}

function whole(proof, hash) {
  if (!(hash instanceof Uint8Array) || hash.length !== HASH_BYTES) throw new ProofInvalid(proof, "hash-length");
  return hash;
}

const odd = (number) => (number & 1n) === 1n;

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
