// COSE_Sign1 in its one encoding (RFC 9052, section 4), as evidence/cose.py reads it, and ES256 and Ed25519 by WebCrypto.

import { decode, encodeStrings } from "./cbor.js";
import { Fields, Malformed } from "./fields.js";

const TAG = 0xd2; // tag 18, COSE_Sign1
const ALGORITHM = 1, KEY_ID = 4, TYPE = 16;
const ES256 = -7, EDDSA = -8;
const KNOWN_ALGORITHMS = [ES256, EDDSA, -257]; // the table of evidence/algorithms.py
const KEY_ID_PREFIX_BYTES = 8;

/** Take a tagged COSE_Sign1 apart; nothing in it is checked but its form. Throws Malformed. */
export function readSign1(encoded) {
  if (encoded[0] !== TAG) throw new Malformed("tag");
  const parts = decoded(encoded.subarray(1), "cose");
  if (!Array.isArray(parts) || parts.length !== 4) throw new Malformed("cose");
  const [protectedHeader, unprotected, payload, signature] = parts;
  if (!(unprotected instanceof Map) || unprotected.size !== 0) throw new Malformed("cose");
  if (![protectedHeader, payload, signature].every((part) => part instanceof Uint8Array)) throw new Malformed("cose");
  const header = new Fields(decoded(protectedHeader, "protected"), "protected");
  const algorithm = header.take(ALGORITHM);
  if (!KNOWN_ALGORITHMS.includes(algorithm)) throw header.refuse(ALGORITHM);
  const keyIdPrefix = header.octets(KEY_ID, KEY_ID_PREFIX_BYTES);
  const typ = header.text(TYPE);
  header.done();
  return { algorithm, keyIdPrefix, typ, payload, protectedHeader, signature };
}

function decoded(encoded, place) {
  try {
    return decode(encoded);
  } catch {
    throw new Malformed(place);
  }
}

/** Whether `key` (a CryptoKey for ES256 or Ed25519) signed the message, together with `bound`. */
export async function isSigned(message, key, bound = new Uint8Array()) {
  const signed = encodeStrings(["Signature1", message.protectedHeader, bound, message.payload]);
  const ed25519 = key.algorithm.name === "Ed25519";
  if (message.algorithm !== (ed25519 ? EDDSA : ES256)) return false;
  const algorithm = ed25519 ? { name: "Ed25519" } : { name: "ECDSA", hash: "SHA-256" };
  return crypto.subtle.verify(algorithm, key, message.signature, signed);
}
