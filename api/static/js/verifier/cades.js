// A party's detached signature (CAdES) up to its own certificate, by WebCrypto, as verify/cades.py checks it.

import { concat, same } from "./cbor.js";
import {
  CONTEXT_0, DerMalformed, elements, identifier, INTEGER, OCTETS, OID, only, parts, read, SEQUENCE, SET, UTC_TIME, UTF8,
} from "./der.js";
import { sha256 } from "./statement.js";
import { hex } from "./trust.js";
import { instant } from "./words.js";

const ARC = "2.25.88350023783449466137878811701786901374"; // the platform's own
const SIGNED_DATA = identifier("1.2.840.113549.1.7.2"), DATA = identifier("1.2.840.113549.1.7.1");
const SHA256 = identifier("2.16.840.1.101.3.4.2.1");
const CONTENT_TYPE = identifier("1.2.840.113549.1.9.3"), MESSAGE_DIGEST = identifier("1.2.840.113549.1.9.4");
const SIGNING_TIME = identifier("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE = identifier("1.2.840.113549.1.9.16.2.47");
const SLOT = identifier(`${ARC}.2`), APPROVAL = identifier(`${ARC}.3`);
const ATTRIBUTES = [CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SIGNING_CERTIFICATE, SLOT, APPROVAL];
const EC = identifier("1.2.840.10045.2.1"), ED25519 = identifier("1.3.101.112"), RSA = identifier("1.2.840.113549.1.1.1");
const KEYS = {
  [EC]: { signature: identifier("1.2.840.10045.4.3.2"), key: { name: "ECDSA", namedCurve: "P-256" } },
  [ED25519]: { signature: ED25519, key: { name: "Ed25519" } },
  [RSA]: { signature: identifier("1.2.840.113549.1.1.11"), key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } },
};
const VERIFYING = { ECDSA: { name: "ECDSA", hash: "SHA-256" }, Ed25519: { name: "Ed25519" }, "RSASSA-PKCS1-v1_5": { name: "RSASSA-PKCS1-v1_5" } };
const COORDINATE_BYTES = 32; // of P-256
const SPKI = 6; // place of the public key in a certificate of version 3 (RFC 5280, 4.1)

/** The key of the sentence that says why the signature does not hold (`detached-…`), or null. */
export async function refusal(encoded, wanted) {
  try {
    return await differing(signerOf(encoded), wanted);
  } catch (error) {
    if (error instanceof DerMalformed) return "detached-malformed";
    throw error;
  }
}

function signerOf(encoded) {
  const [contentType, content] = parts(read(encoded, SEQUENCE), 2);
  check(contentType, OID, SIGNED_DATA);
  const [version, digests, enclosed, certificates, infos] = parts(only(content, SEQUENCE), 5);
  check(version, INTEGER, "01");
  checkDigest(only(digests, SEQUENCE));
  check(only(enclosed, OID), OID, DATA);
  if (content.tag !== CONTEXT_0 || digests.tag !== SET || certificates.tag !== CONTEXT_0 || infos.tag !== SET) throw new DerMalformed();
  const [one, sid, digest, attributes, algorithm, signature] = parts(only(infos, SEQUENCE), 6);
  check(one, INTEGER, "01");
  checkDigest(digest);
  const [, serial] = parts(sid, 2);
  if (attributes.tag !== CONTEXT_0 || signature.tag !== OCTETS) throw new DerMalformed();
  return {
    serial: serial.content,
    attributes: attributesOf(attributes),
    signed: concat([Uint8Array.of(SET), attributes.encoded.subarray(1)]), // RFC 5652, 5.4
    algorithm: hex(parts(algorithm, 1, true)[0].content),
    signature: signature.content,
    certificates: elements(certificates),
  };
}

function attributesOf(outer) {
  const pairs = elements(outer).map((each) => parts(each, 2));
  const known = pairs.filter(([kind, values]) => kind.tag === OID && values.tag === SET);
  const found = Object.fromEntries(known.map(([kind, values]) => [hex(kind.content), values]));
  const all = pairs.length === ATTRIBUTES.length && ATTRIBUTES.every((kind) => kind in found);
  if (!all) throw new DerMalformed();
  check(only(found[CONTENT_TYPE], OID), OID, DATA);
  return found;
}

function checkDigest(algorithm) {
  check(parts(algorithm, 1, true)[0], OID, SHA256);
}

function check(element, tag, content) {
  if (element.tag !== tag || hex(element.content) !== content) throw new DerMalformed();
}

async function differing(signer, wanted) {
  const { attributes } = signer;
  const said = [
    ["manifest", only(attributes[MESSAGE_DIGEST], OCTETS).content, wanted.manifest],
    ["slot", text(only(attributes[SLOT], UTF8).content), wanted.slot],
    ["approval", only(attributes[APPROVAL], OCTETS).content, wanted.approval],
    ["time", text(only(attributes[SIGNING_TIME], UTC_TIME).content), utcTime(wanted.at)],
  ];
  const other = said.find(([, value, needed]) => !equal(value, needed));
  if (other !== undefined) return `detached-${other[0]}`;
  const spki = await keyOf(signer);
  if (spki === null || !equal(await sha256(spki.encoded), wanted.key)) return "detached-key";
  const kind = KEYS[hex(parts(elements(spki)[0], 1, true)[0].content)];
  if (kind === undefined) return "detached-key";
  return verified(signer, spki, kind);
}

async function verified(signer, spki, kind) {
  if (signer.algorithm !== kind.signature) return "detached-broken";
  const signature = kind.key.name === "ECDSA" ? raw(signer.signature) : signer.signature;
  if (signature === null) return "detached-broken";
  let key;
  try {
    key = await crypto.subtle.importKey("spki", spki.encoded, kind.key, false, ["verify"]);
  } catch (error) {
    return error.name === "NotSupportedError" ? "detached-unchecked" : "detached-key";
  }
  const holds = await crypto.subtle.verify(VERIFYING[kind.key.name], key, signature, signer.signed);
  return holds ? null : "detached-broken";
}

/** The public key of the enclosed certificate that signing-certificate-v2 names, or null. */
async function keyOf(signer) {
  const [certs] = parts(only(signer.attributes[SIGNING_CERTIFICATE], SEQUENCE), 1);
  const [named] = parts(only(certs, SEQUENCE), 1, true);
  const own = [];
  for (const each of signer.certificates) if (same(await sha256(each.encoded), named.content)) own.push(each);
  if (named.tag !== OCTETS || own.length !== 1) return null;
  const body = elements(parts(own[0], 1, true)[0]);
  return body.length > SPKI && same(body[1].content, signer.serial) ? body[SPKI] : null;
}

/** An ES256 signature as WebCrypto wants it, r‖s, or null where it is no DER of two such numbers. */
function raw(signature) {
  try {
    const numbers = parts(read(signature, SEQUENCE), 2).map(({ tag, content }) => {
      const padded = content[0] === 0 && content[1] >= 0x80;
      const octets = padded ? content.subarray(1) : content;
      if (tag !== INTEGER || !content.length || (!padded && content[0] >= 0x80) || octets.length > COORDINATE_BYTES) throw new DerMalformed();
      return concat([new Uint8Array(COORDINATE_BYTES - octets.length), octets]);
    });
    return concat(numbers);
  } catch (error) {
    if (error instanceof DerMalformed) return null;
    throw error;
  }
}

function text(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DerMalformed();
  }
}

const utcTime = (at) => instant(at).replace(/[-:T]/g, "").slice(2);
const equal = (left, right) => left === right || (left instanceof Uint8Array && right instanceof Uint8Array && same(left, right));
