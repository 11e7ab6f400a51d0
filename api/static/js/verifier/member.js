// A file of JSON read strictly, as verify/member.py reads it: each value is taken with its path, and what two readers
// could take for two things is none.
//
//   const trust = readJson(bytes, "trust");        // throws TrustMalformed, as everything here does
//   trust.at("log").at("origin").text();           // or it names "trust.log.origin"

const MOMENT = new RegExp(
  "^([1-9][0-9]{3}-[01][0-9]-[0-3][0-9])T((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])(?:\\.([0-9]{1,6}))?" +
    "(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$",
);
const HALF_PAIR = /\p{Surrogate}/u;
const P256 = ["3059301306072a8648ce3d020106082a8648ce3d030107034200", 91]; // how it begins, and its bytes (RFC 5480)
const ED25519 = ["302a300506032b6570032100", 44]; // RFC 8410, section 4
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const RSA_SMALLEST_BITS = 2048;

/** The trust file cannot be used; `member` is the path of what is missing or malformed, as in Python. */
export class TrustMalformed extends Error {
  constructor(member, cause) {
    super(member, { cause });
    this.member = member;
  }
}

class Member {
  constructor(value, path) {
    this.value = value;
    this.path = path;
  }

  /** The error that names the path, for the caller to throw. */
  refuse(cause) {
    return new TrustMalformed(this.path, cause);
  }

  /** Whether it is not there, or null. */
  get absent() {
    return this.value === undefined || this.value === null;
  }

  at(name) {
    if (!isObject(this.value)) throw this.refuse();
    return new Member(Object.hasOwn(this.value, name) ? this.value[name] : undefined, `${this.path}.${name}`);
  }

  each() {
    if (!Array.isArray(this.value)) throw this.refuse();
    return this.value.map((item, place) => new Member(item, `${this.path}[${place}]`));
  }

  /** All members of an object, by their names. */
  named() {
    if (!isObject(this.value)) throw this.refuse();
    return Object.keys(this.value).map((name) => [name, this.at(name)]);
  }

  text() {
    if (typeof this.value !== "string" || this.value === "") throw this.refuse();
    return this.value;
  }

  /** A whole number from 0 to `most`. */
  count(most = Number.MAX_SAFE_INTEGER) {
    if (!Number.isSafeInteger(this.value) || this.value < 0 || this.value > most) throw this.refuse();
    return this.value;
  }

  /** So many bytes in hexadecimal, with or without 0x before them. */
  octets(length) {
    const digits = this.text().replace(/^0x/, "");
    if (digits.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(digits)) throw this.refuse();
    return Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
  }

  /** A moment with its offset, in microseconds since 1970. */
  moment() {
    const [, day, time, fraction = "", offset] = MOMENT.exec(this.text()) ?? [];
    const midnight = day === undefined ? NaN : Date.parse(`${day}T00:00:00Z`);
    if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) throw this.refuse();
    return Date.parse(`${day}T${time}${offset}`) * 1000 + Number(fraction.padEnd(6, "0"));
  }

  /** A public key, base64 of its DER: `{spki, key}`; `key` is null where it is of a kind that is not used here. */
  async key() {
    try {
      const spki = Uint8Array.from(atob(this.text()), (character) => character.charCodeAt(0));
      if (btoa(String.fromCharCode(...spki)) !== this.text()) throw new Error("base64");
      return { spki, key: await publicKey(spki) };
    } catch (cause) {
      throw this.refuse(cause);
    }
  }
}

/** Read a file of JSON, given as its bytes; `path` is what its outermost value is called. */
export function readJson(bytes, path) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return new Member(JSON.parse(text, whole), path);
  } catch (cause) {
    throw new TrustMalformed("JSON", cause);
  }
}

/** Give a value back unless it is a text, or has a name, with half a surrogate pair. */
function whole(name, value) {
  if (HALF_PAIR.test(name) || (typeof value === "string" && HALF_PAIR.test(value))) throw new Error("surrogate");
  return value;
}

/** The key to verify ES256 with; null of another allowed kind. Throws where it is of none, or not in its one encoding. */
async function publicKey(spki) {
  const digits = hex(spki);
  const isA = ([start, length]) => spki.length === length && digits.startsWith(start);
  if (isA(P256)) return crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  if (isA(ED25519)) return null;
  const key = await crypto.subtle.importKey("spki", spki, RSA, true, ["verify"]);
  const same = hex(new Uint8Array(await crypto.subtle.exportKey("spki", key))) === digits;
  if (!same || key.algorithm.modulusLength < RSA_SMALLEST_BITS) throw new Error("RSA");
  return null;
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Lower-case hexadecimal. */
export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
