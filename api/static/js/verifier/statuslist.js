// The signed status list: two bits for each certificate, as evidence/statuslist.py writes it, and what changed since
// one, as evidence/status_delta.py writes it.

import { decode, same } from "./cbor.js";
import { readSign1 } from "./cose.js";
import { inflate } from "./deflate.js";
import { Fields, Malformed } from "./fields.js";

export const LIST = "yinxin/status-list/1";
export const DELTA = "yinxin/status-delta/1";
const SIZE_LIMIT = 1 << 24;
const ISSUER_LIMIT = 255;
const PER_BYTE = 4;
const HASH_BYTES = 32;
const CHANGES_LIMIT = 1 << 16;
const CHANGE_BYTES = 4; // four times the place, plus the state
const PAIR = 0x82; // a CBOR array of two

/** A signed list, and the signed delta that is carried with it or null. Throws when it begins as a pair and is none. */
export function unpaired(encoded) {
  if (encoded[0] !== PAIR) return [encoded, null];
  const parts = decode(encoded);
  if (!parts.every((part) => part instanceof Uint8Array)) throw new Malformed("pair");
  return parts;
}

/** Read the statement that a list or delta is: `{issuer, issuedAt, body, message}`. Throws when it is none. */
export function readStatement(encoded, type = LIST) {
  const message = readSign1(encoded);
  if (message.typ !== type) throw new Malformed("typ");
  const fields = new Fields(decode(message.payload));
  if (fields.count("v") !== 1) throw new Malformed("v");
  const statement = {
    issuer: fields.text("issuer", ISSUER_LIMIT),
    issuedAt: fields.moment("issued_at"),
    body: fields.take("body"),
    message,
  };
  fields.done();
  return statement;
}

/** When a list, or the delta that is carried with it, says that it was signed, in microseconds; nobody checked it. */
export function listedAt(encoded) {
  const [whole, later] = unpaired(encoded);
  return later === null ? readStatement(whole).issuedAt : readStatement(later, DELTA).issuedAt;
}

/** The list in a statement: `{expiresAt, size, states}`. Throws when it is not well formed. */
export async function readList(statement) {
  const fields = new Fields(statement.body);
  const expiresAt = fields.moment("expires_at");
  const size = fields.count("size");
  const compressed = fields.octets("states");
  passChainPoint(fields);
  fields.done();
  if (size > SIZE_LIMIT) throw new Malformed("size");
  const length = Math.ceil(size / PER_BYTE);
  const states = await inflate(compressed, length);
  const used = size % PER_BYTE;
  if (states.length !== length || (used && states[length - 1] >> (2 * used))) throw new Malformed("states");
  if (expiresAt <= statement.issuedAt) throw new Malformed("expires_at");
  return { expiresAt, size, states };
}

/** The list as of the delta's time; `digest` is the SHA-256 of the list's bytes. Throws when they do not fit. */
export async function applied(list, digest, statement) {
  const fields = new Fields(statement.body);
  const base = fields.octets("base", HASH_BYTES);
  const expiresAt = fields.moment("expires_at");
  const compressed = fields.octets("changes");
  passChainPoint(fields);
  fields.done();
  if (!same(base, digest) || statement.issuer !== list.issuer) throw new Malformed("base");
  if (statement.issuedAt < list.issuedAt) throw new Malformed("issued_at");
  if (expiresAt <= statement.issuedAt) throw new Malformed("expires_at");
  const packed = await inflate(compressed, CHANGES_LIMIT * CHANGE_BYTES);
  if (packed.length % CHANGE_BYTES) throw new Malformed("changes");
  const numbers = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const states = list.states.slice();
  let before = -1;
  for (let offset = 0; offset < packed.length; offset += CHANGE_BYTES) {
    const number = numbers.getUint32(offset);
    const place = Math.floor(number / 4), shift = 2 * (place % PER_BYTE), octet = Math.floor(place / PER_BYTE);
    if (place <= before || place >= list.size) throw new Malformed("changes");
    states[octet] = (states[octet] & ~(3 << shift)) | ((number & 3) << shift);
    before = place;
  }
  return { ...list, issuedAt: statement.issuedAt, expiresAt, states };
}

/** How far chain and log had come: well formed, where it is there. */
function passChainPoint(fields) {
  if (!fields.has("chain")) return;
  const point = new Fields(fields.take("chain"), "chain");
  point.count("block");
  point.octets("block_hash", HASH_BYTES);
  point.count("size");
  point.octets("root", HASH_BYTES);
  point.done();
}

/** The state of certificate `index`: 0 none, 1 suspended, 2 revoked, 3 superseded; null beyond the list. */
export function stateOf(list, index) {
  if (index >= list.size) return null;
  return (list.states[Math.floor(index / PER_BYTE)] >> (2 * (index % PER_BYTE))) & 3;
}
