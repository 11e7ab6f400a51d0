// Checkpoints as evidence/checkpoint.py reads them: a signed note with exactly one signature (C2SP tlog-checkpoint).
//
// Not every browser has Ed25519; there a log's key is null, and what it signed is reported as not checked.

import { concat, same } from "./cbor.js";

const NOTE = /^([^\s+]{1,255})\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n\n— ([^\s+]{1,255}) ([A-Za-z0-9+/]{91}=)\n$/u;
const VKEY = /^([^\s+]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})\n?$/u;
const ED25519 = 1; // signature type of signed-note
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0); // RFC 8410, section 4
const LIMIT = 1n << 63n;

/** A text that is no checkpoint of this log; `reason` is the code of the error in evidence/checkpoint.py. */
export class CheckpointInvalid extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** Read a log's key as signed-note tools take it, and as `logKey` gives it. Throws CheckpointInvalid. */
export async function readLogKey(vkey) {
  const written = VKEY.exec(vkey);
  const raw = written && octets(written[3]);
  if (!written || raw.length !== 33 || raw[0] !== ED25519) throw new CheckpointInvalid("key-malformed");
  const log = await logKey(written[1], concat([SPKI_PREFIX, raw.subarray(1)]));
  if (hex(log.keyHash) !== written[2]) throw new CheckpointInvalid("key-malformed");
  return log;
}

/** The log `origin` with its key, a SubjectPublicKeyInfo: `{origin, key, keyHash, keyId}`; `key` may be null. */
export async function logKey(origin, spki) {
  const key = await crypto.subtle.importKey("spki", spki, { name: "Ed25519" }, false, ["verify"]).catch(() => null);
  const named = concat([text(`${origin}\n`), Uint8Array.of(ED25519), spki.subarray(SPKI_PREFIX.length)]);
  return { origin, key, keyHash: (await sha256(named)).subarray(0, 4), keyId: await sha256(spki) };
}

/** Read a checkpoint without trusting it: `{origin, size, root, body, keyHash, signature}`; `size` is a BigInt. */
export function readCheckpoint(note) {
  const written = NOTE.exec(note);
  if (!written || written[4] !== written[1] || BigInt(written[2]) >= LIMIT) throw malformed();
  const signature = octets(written[5]);
  const root = octets(written[3]);
  if (base64(root) !== written[3] || base64(signature) !== written[5]) throw malformed(); // one way to write it
  return {
    origin: written[1],
    size: BigInt(written[2]),
    root,
    body: text(`${written[1]}\n${written[2]}\n${written[3]}\n`),
    keyHash: signature.subarray(0, 4),
    signature: signature.subarray(4),
  };
}

/** Check that a checkpoint is of the log and signed with its key: true, or null where Ed25519 is lacking. Throws. */
export async function checkCheckpoint(checkpoint, log) {
  if (checkpoint.origin !== log.origin) throw new CheckpointInvalid("checkpoint-of-another-log");
  if (!same(checkpoint.keyHash, log.keyHash)) throw new CheckpointInvalid("key-differs");
  if (log.key === null) return null;
  const signed = await crypto.subtle.verify({ name: "Ed25519" }, log.key, checkpoint.signature, checkpoint.body);
  if (!signed) throw new CheckpointInvalid("signature-invalid");
  return true;
}

const malformed = () => new CheckpointInvalid("checkpoint-malformed");
const text = (written) => new TextEncoder().encode(written);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const octets = (encoded) => Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
