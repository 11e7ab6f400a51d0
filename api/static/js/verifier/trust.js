// Trust anchors for the browser: the same file as verify/trust.py reads, pinned before anything is scanned.
//
// Only ES256 keys are used here; a key of another kind counts as not pinned. The file may come from the page's own
// cache: its fingerprint, the SHA-256 of its very bytes, is in every report.

import { same } from "./cbor.js";
import { logKey } from "./checkpoint.js";
import { both } from "./words.js";

const P256_PREFIX = "3059301306072a8648ce3d020106082a8648ce3d030107034200"; // SubjectPublicKeyInfo of a P-256 key
const DEFAULT_MAX_AGE_HOURS = 24;
const VERSION_NAME = /^([a-z][a-z0-9-]{1,63})@[1-9][0-9]{0,3}$/;

export class TrustMalformed extends Error {}

/** Read a trust file, given as its bytes. Throws TrustMalformed. */
export async function parseTrust(bytes) {
  let document;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new TrustMalformed("JSON");
  }
  if (document?.v !== 1 || !Array.isArray(document.hosts) || !Array.isArray(document.issuers)) {
    throw new TrustMalformed("trust");
  }
  try {
    return await anchors(document, bytes);
  } catch (error) {
    throw new TrustMalformed("trust", { cause: error });
  }
}

async function anchors(document, bytes) {
  const issuers = await Promise.all(document.issuers.map(issuerKey));
  return {
    city: both(document.city.name_zh, document.city.name_en),
    hosts: document.hosts,
    issuers: issuers.filter((issuer) => issuer !== null),
    log: document.log ? await logKey(document.log.origin, octets(document.log.spki)) : null,
    chain: document.chain ? { chainId: document.chain.chain_id, logContract: fromHex(document.chain.log_contract) } : null,
    maxAgeHours: document.policy?.status_list_max_age_hours ?? DEFAULT_MAX_AGE_HOURS,
    fingerprint: hex(await sha256(bytes)),
    types: describedTypes(document.types ?? []),
  };
}

/** The registered type that certificates of `issuer` name so, where the file describes it, else null. */
export function typeOf(trust, issuer, name) {
  return trust.types.find((type) => type.issuer === issuer && type.name === name) ?? null;
}

/** The pinned keys whose identifier begins with `prefix`. */
export function keysNamed(trust, prefix) {
  return trust.issuers.filter((issuer) => same(issuer.keyId.subarray(0, prefix.length), prefix));
}

/** The pinned name of an issuer, or its identifier. */
export function nameOf(trust, issuer) {
  return trust.issuers.find((pinned) => pinned.issuer === issuer)?.name ?? both(issuer, issuer);
}

/** Lower-case hexadecimal. */
export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Of each described type what is shown: its name, its fields' labels, and which of them a code carries in which order. */
function describedTypes(members) {
  if (!Array.isArray(members)) throw new TrustMalformed("trust.types");
  return members.map((member, place) => {
    const at = `trust.types[${place}]`;
    const description = member?.description;
    const fields = description?.field;
    if (!isText(member?.issuer)) throw new TrustMalformed(`${at}.issuer`);
    if (![description?.code, description?.zh, description?.en].every(isText)) throw new TrustMalformed(`${at}.description`);
    if (!Array.isArray(fields) || !fields.every(isField)) throw new TrustMalformed(`${at}.description.field`);
    if (VERSION_NAME.exec(member.name)?.[1] !== description.code) throw new TrustMalformed(`${at}.name`);
    return {
      issuer: member.issuer,
      name: member.name,
      words: both(description.zh, description.en),
      labels: new Map(fields.map((field) => [field.name, both(field.zh, field.en)])),
      inQr: fields.filter((field) => field.qr === true).map((field) => field.name),
    };
  });
}

const isText = (value) => typeof value === "string" && value !== "";
const isField = (field) => isText(field?.name) && isText(field.zh) && isText(field.en) && ["undefined", "boolean"].includes(typeof field.qr);

async function issuerKey(member) {
  const spki = octets(member.spki);
  if (!hex(spki).startsWith(P256_PREFIX)) return null;
  return {
    issuer: member.issuer,
    name: both(member.name_zh, member.name_en),
    keyId: await sha256(spki),
    key: await crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]),
    validFrom: Date.parse(member.valid_from) * 1000,
    validUntil: member.valid_until === null ? null : Date.parse(member.valid_until) * 1000,
    roles: member.roles,
  };
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const octets = (encoded) => Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
