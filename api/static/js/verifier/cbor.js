// Deterministic CBOR (RFC 8949, section 4.2.1): reads exactly what the encoder of evidence/canonical.py writes.
//
// null, booleans, integers, text, byte strings (Uint8Array), arrays, and maps (Map) whose keys are all text or all
// integers. Anything else, a longer form, an unsorted map or bytes left over is refused.

const DEPTH_LIMIT = 32;
const UNSIGNED = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5;
const LENGTHS = { 24: 1, 25: 2, 26: 4, 27: 8 };

export class NotCanonical extends Error {}

/** The value of which `encoded` is the one deterministic encoding. */
export function decode(encoded) {
  const reader = new Reader(encoded);
  const value = reader.item(DEPTH_LIMIT);
  if (reader.offset !== encoded.length) throw new NotCanonical("bytes left over");
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
  return left.length === right.length && left.every((byte, place) => byte === right[place]);
}

function head(major, argument) {
  const initial = major << 5;
  if (argument < 24) return Uint8Array.of(initial | argument);
  if (argument < 0x100) return Uint8Array.of(initial | 24, argument);
  return Uint8Array.of(initial | 25, argument >> 8, argument & 0xff);
}

class Reader {
  constructor(encoded) {
    this.encoded = encoded;
    this.offset = 0;
  }

  item(depth) {
    const initial = this.take(1)[0];
    if (initial === 0xf4 || initial === 0xf5) return initial === 0xf5;
    if (initial === 0xf6) return null;
    const major = initial >> 5;
    const argument = this.argument(initial & 0x1f);
    if (major === UNSIGNED) return argument;
    if (major === NEGATIVE) return typeof argument === "bigint" ? -1n - argument : -1 - argument;
    if (major === BYTES) return this.take(argument);
    if (major === TEXT) return this.text(argument);
    if (depth === 0 || (major !== ARRAY && major !== MAP)) throw new NotCanonical("not allowed here");
    this.counted(argument);
    if (major === MAP) return this.map(argument, depth);
    return Array.from({ length: argument }, () => this.item(depth - 1));
  }

  take(length) {
    const taken = this.encoded.subarray(this.offset, this.offset + Number(length));
    if (taken.length !== Number(length)) throw new NotCanonical("cut off");
    this.offset += taken.length;
    return taken;
  }

  argument(additional) {
    if (additional < 24) return additional;
    const length = LENGTHS[additional];
    if (length === undefined) throw new NotCanonical("indefinite or reserved length");
    const argument = this.take(length).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    const shortest = length === 1 ? 24n : 1n << BigInt(4 * length);
    if (argument < shortest) throw new NotCanonical("a shorter form exists");
    return argument <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(argument) : argument;
  }

  counted(count) {
    if (count > this.encoded.length - this.offset) throw new NotCanonical("more items than bytes");
  }

  text(length) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(length));
    } catch {
      throw new NotCanonical("not UTF-8");
    }
  }

  map(count, depth) {
    const map = new Map();
    let previous = new Uint8Array();
    let kind = null;
    for (let place = 0; place < count; place += 1) {
      const start = this.offset;
      const key = this.item(0);
      const encodedKey = this.encoded.subarray(start, this.offset);
      if (!isBefore(previous, encodedKey)) throw new NotCanonical("keys out of order");
      previous = encodedKey;
      const keyKind = typeof key === "bigint" ? "number" : typeof key;
      if ((keyKind !== "string" && keyKind !== "number") || (kind !== null && kind !== keyKind)) {
        throw new NotCanonical("keys of a map");
      }
      kind = keyKind;
      map.set(key, this.item(depth - 1));
    }
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
