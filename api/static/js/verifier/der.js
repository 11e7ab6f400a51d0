// DER (ITU-T X.690) as verify/der.py reads it: elements of one octet of tag, of one encoding.

export const INTEGER = 0x02, OCTETS = 0x04, OID = 0x06, UTF8 = 0x0c, UTC_TIME = 0x17, SEQUENCE = 0x30, SET = 0x31;
export const CONTEXT_0 = 0xa0; // constructed and context-specific, number 0
const LONG = 0x80, MOST_LENGTH_OCTETS = 4, HIGH_TAG = 0x1f;

export class DerMalformed extends Error {}

/** Read `encoded`, which is one element of `tag` and nothing else: `{tag, content, encoded}`. */
export function read(encoded, tag) {
  const element = first(encoded);
  if (element.encoded.length !== encoded.length || element.tag !== tag) throw new DerMalformed();
  return element;
}

/** Take a constructed element apart. */
export function elements(outer) {
  const found = [];
  for (let left = outer.content; left.length; left = left.subarray(found.at(-1).encoded.length)) found.push(first(left));
  return found;
}

/** The one element, of `tag`, that `outer` holds. */
export const only = (outer, tag) => read(outer.content, tag);

/** Take a constructed element apart into exactly `count` elements, or at least that many where `more`. */
export function parts(outer, count, more = false) {
  const found = elements(outer);
  if (found.length < count || (!more && found.length !== count)) throw new DerMalformed();
  return found;
}

/** The content of an object identifier written with dots (X.690, 8.19), in hexadecimal. */
export function identifier(dotted) {
  const [top, second, ...rest] = dotted.split(".").map(BigInt);
  return [40n * top + second, ...rest].flatMap(base128).map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

function base128(number) {
  const octets = [Number(number & 0x7fn)];
  for (let left = number >> 7n; left; left >>= 7n) octets.unshift(Number(left & 0x7fn) | LONG);
  return octets;
}

function first(data) {
  const [length, start] = lengthOf(data);
  const end = start + length;
  if ((data[0] & HIGH_TAG) === HIGH_TAG || end > data.length) throw new DerMalformed();
  return { tag: data[0], content: data.subarray(start, end), encoded: data.subarray(0, end) };
}

function lengthOf(data) {
  if (data.length < 2) throw new DerMalformed();
  if (data[1] < LONG) return [data[1], 2];
  const count = data[1] - LONG;
  const octets = data.subarray(2, 2 + count);
  const whole = count >= 1 && count <= MOST_LENGTH_OCTETS && octets.length === count;
  if (!whole || octets[0] === 0) throw new DerMalformed();
  const length = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (length < LONG) throw new DerMalformed();
  return [length, 2 + count];
}
