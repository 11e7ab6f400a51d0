// The signed status list: two bits for each certificate, as evidence/statuslist.py writes it.

import { decode } from "./cbor.js";
import { readSign1 } from "./cose.js";
import { inflate } from "./deflate.js";
import { Fields, Malformed } from "./fields.js";

const TYPE = "yinxin/status-list/1";
const SIZE_LIMIT = 1 << 24;
const ISSUER_LIMIT = 255;
const PER_BYTE = 4;

/** Read the statement that a list is: `{issuer, issuedAt, body, message}`. Throws when it is none. */
export function readStatement(encoded) {
  const message = readSign1(encoded);
  if (message.typ !== TYPE) throw new Malformed("typ");
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

/** The list in a statement: `{expiresAt, size, states}`. Throws when it is not well formed. */
export async function readList(statement) {
  const fields = new Fields(statement.body);
  const expiresAt = fields.moment("expires_at");
  const size = fields.count("size");
  const compressed = fields.octets("states");
  fields.done();
  if (size > SIZE_LIMIT) throw new Malformed("size");
  const length = Math.ceil(size / PER_BYTE);
  const states = await inflate(compressed, length);
  const used = size % PER_BYTE;
  if (states.length !== length || (used && states[length - 1] >> (2 * used))) throw new Malformed("states");
  if (expiresAt <= statement.issuedAt) throw new Malformed("expires_at");
  return { expiresAt, size, states };
}

/** The state of certificate `index`: 0 none, 1 suspended, 2 revoked, 3 superseded; null beyond the list. */
export function stateOf(list, index) {
  if (index >= list.size) return null;
  return (list.states[Math.floor(index / PER_BYTE)] >> (2 * (index % PER_BYTE))) & 3;
}
