// Deterministic CBOR (RFC 8949, section 4.2.1): reads exactly what the encoder of evidence/canonical.py writes.
//
// null, booleans, integers, text, byte strings (Uint8Array), arrays, and maps (Map) whose keys are all text or all
// integers. Anything else, a longer form, an unsorted map or bytes left over is refused.

const DEPTH_LIMIT = 32;
const UNSIGNED = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5;
const LENGTHS = { 24: 1, 25: 2, 26: 4, 27: 8 };
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are not the one encoding; `offset` is where the reader stopped. */
export class NotCanonical extends Error {
  constructor(reason, offset) {
    super(reason);
    this.offset = offset;
  }
}

/** The value of which `encoded` is the one deterministic encoding. */
export function decode(encoded) {
  const reader = new Reader(encoded);
  const value = reader.item(DEPTH_LIMIT);
  if (reader.offset !== encoded.length) throw new NotCanonical("bytes left over", reader.offset);
  return value;
}

/** The encoding of an array of text and byte strings, which is all that a signature structure holds. */
export function encodeStrings(strings) {
  const parts = [head(ARRAY, strings.length)];
  for (const string of strings) {
    const bytes = typeof string === "string" ? new TextEncoder().encode(string) : string;
    parts.push(head(typeof string === "string" ? TEXT : BYTES, bytes.length), bytes);
  }
  return concat(parts);
}

/** The encoding of a value as `decode` gives it: a Map keeps the order in which it was read. */
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number" || typeof value === "bigint") {
    return value < 0 ? head(NEGATIVE, -1n - BigInt(value)) : head(UNSIGNED, BigInt(value));
  }
  if (value instanceof Uint8Array) return concat([head(BYTES, value.length), value]);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    return concat([head(TEXT, bytes.length), bytes]);
  }
  if (Array.isArray(value)) return concat([head(ARRAY, value.length), ...value.map(encode)]);
  return concat([head(MAP, value.size), ...[...value].flat().map(encode)]);
}

/** A value as JCS (RFC 8785), with bytes as hexadecimal, as evidence/canonical.py writes it. */
export function toJson(value) {
  if (value instanceof Uint8Array) return JSON.stringify([...value].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (value instanceof Map) {
    const members = [...value].map(([key, item]) => [String(key), item]).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`).join(",")}}`;
  }
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

/** One array of bytes from several. */
export function concat(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Whether two arrays of bytes are the same. */
export function same(left, right) {
  if (left.length !== right.length) return false;
  for (let place = 0; place < left.length; place += 1) if (left[place] !== right[place]) return false;
  return true;
}

function head(major, argument) {
  const initial = major << 5;
  if (argument < 24) return Uint8Array.of(initial | Number(argument));
  const additional = [24, 25, 26, 27].find((each) => BigInt(argument) < 1n << BigInt(8 * LENGTHS[each]));
  const bytes = BigInt(argument).toString(16).padStart(2 * LENGTHS[additional], "0").match(/../g);
  return Uint8Array.of(initial | additional, ...bytes.map((pair) => parseInt(pair, 16)));
}

class Reader {
  constructor(encoded) {
    this.encoded = encoded;
    this.offset = 0;
  }

  item(depth) {
    if (this.offset === this.encoded.length) throw new NotCanonical("cut off", this.offset);
    const initial = this.encoded[this.offset++];
    if (initial === 0xf4 || initial === 0xf5) return initial === 0xf5;
    if (initial === 0xf6) return null;
    const major = initial >> 5;
    const argument = this.argument(initial & 0x1f);
    if (major === UNSIGNED) return argument;
    if (major === NEGATIVE) return typeof argument === "bigint" ? -1n - argument : -1 - argument;
    if (major === BYTES) return this.take(argument);
    if (major === TEXT) return this.text(argument);
    if (depth === 0 || (major !== ARRAY && major !== MAP)) throw new NotCanonical("not allowed here", this.offset);
    this.counted(argument);
    if (major === MAP) return this.map(argument, depth);
    return Array.from({ length: argument }, () => this.item(depth - 1));
  }

  take(length) {
    const taken = this.encoded.subarray(this.offset, this.offset + Number(length));
    if (taken.length !== Number(length)) throw new NotCanonical("cut off", this.offset);
    this.offset += taken.length;
    return taken;
  }

  argument(additional) {
    if (additional < 24) return additional;
    const length = LENGTHS[additional];
    if (length === undefined) throw new NotCanonical("indefinite or reserved length", this.offset);
    const bytes = this.take(length);
    const argument = bytes.reduce((sum, byte) => sum * 256 + byte, 0); // beyond 2^53 it is rounded, and read again below
    const shortest = length === 1 ? 24 : 2 ** (4 * length);
    if (argument < shortest) throw new NotCanonical("a shorter form exists", this.offset);
    return Number.isSafeInteger(argument) ? argument : bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  counted(count) {
    if (count > this.encoded.length - this.offset) throw new NotCanonical("more items than bytes", this.offset);
  }

  text(length) {
    try {
      return UTF8.decode(this.take(length));
    } catch {
      throw new NotCanonical("not UTF-8", this.offset);
    }
  }

  map(count, depth) {
    const map = new Map();
    let previous = new Uint8Array();
    const kinds = new Set();
    for (let place = 0; place < count; place += 1) {
      const start = this.offset;
      const key = this.item(0);
      const encodedKey = this.encoded.subarray(start, this.offset);
      if (!isBefore(previous, encodedKey)) throw new NotCanonical("keys out of order", this.offset);
      previous = encodedKey;
      const value = this.item(depth - 1);
      const kind = typeof key === "bigint" ? "number" : typeof key;
      if (kind !== "string" && kind !== "number") throw new NotCanonical("key of a map", this.offset);
      kinds.add(kind);
      map.set(key, value);
    }
    if (kinds.size > 1) throw new NotCanonical("keys of two kinds", this.offset);
    return map;
  }
}

function isBefore(left, right) {
  const shared = Math.min(left.length, right.length);
  for (let place = 0; place < shared; place += 1) {
    if (left[place] !== right[place]) return left[place] < right[place];
  }
  return left.length < right.length;
}
