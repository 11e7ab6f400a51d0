// Signed statements and the entries that record them, as evidence/statement.py and evidence/entry.py read them.

import { decode, encodeStrings, same } from "./cbor.js";
import { readSign1 } from "./cose.js";
import { Fields, Malformed } from "./fields.js";
import { leafHash } from "./merkle.js";
import { Invalid, reading } from "./refusals.js";
import { SENTENCES } from "./sentences.js";

const HASH_BYTES = 32, SALT_BYTES = 16, ISSUER_LIMIT = 255;
const SCHEMA = "yinxin/entry/1", COMMITMENT = "yinxin/commitment/1";

/** Read a statement without trusting it: `{type, name, issuer, issuedAt, body, message, encoded, digest}`. */
export async function readStatement(encoded) {
  const read = reading("statement-malformed", "cose", () => readSign1(encoded));
  if (typeName(read.typ) === null) throw new Invalid("statement-malformed", { place: "typ" });
  const content = reading("statement-malformed", "payload", () => {
    const fields = new Fields(decode(read.payload));
    if (fields.count("v") !== 1) throw new Malformed("v");
    const issuer = fields.text("issuer", ISSUER_LIMIT);
    const issuedAt = fields.moment("issued_at");
    const body = fields.take("body");
    fields.done();
    if (!(body instanceof Map) || [...body.keys()].some((key) => typeof key !== "string")) throw new Malformed("body");
    return { issuer, issuedAt, body };
  });
  return { ...content, type: read.typ, name: typeName(read.typ), message: read, encoded, digest: await sha256(encoded) };
}

/** Read an entry without trusting it: `{type, issuer, time, schema, commitment, refs, leaf}`. */
export async function readEntry(encoded) {
  const entry = reading("entry-malformed", "entry", () => {
    const fields = new Fields(decode(encoded));
    const type = fields.text("type");
    if (typeName(type) === null) throw new Malformed("type");
    if (fields.count("v") !== 1) throw new Malformed("v");
    const read = {
      type,
      issuer: fields.text("issuer", ISSUER_LIMIT),
      time: fields.moment("time"),
      schema: fields.text("schema"),
      commitment: fields.octets("commitment", HASH_BYTES),
      refs: fields.items("refs"),
    };
    if (!read.refs.every((ref) => ref instanceof Uint8Array && ref.length === HASH_BYTES)) throw new Malformed("refs");
    fields.done();
    return read;
  });
  return { ...entry, leaf: await leafHash(encoded) };
}

/** The member in which `entry` is not the record of `statement` under `salt`, or null. */
export async function differing(entry, statement, salt) {
  if (salt.length !== SALT_BYTES) return "salt";
  if (entry.type !== statement.type) return "type";
  if (entry.issuer !== statement.issuer) return "issuer";
  if (entry.time !== statement.issuedAt) return "time";
  if (entry.schema !== SCHEMA) return "schema";
  const committed = await sha256(encodeStrings([COMMITMENT, salt, statement.digest]));
  return same(entry.commitment, committed) ? null : "commitment";
}

/** SHA-256 of bytes. */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** The name of a known type of statements, such as `approval`, or null. */
export function typeName(type) {
  const [, name] = /^yinxin\/([a-z-]+)\/1$/.exec(type) ?? [];
  return name !== undefined && `type-${name}` in SENTENCES ? name : null;
}
