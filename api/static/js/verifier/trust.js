// Trust anchors for the browser: the same file as verify/trust.py reads, as strictly, pinned before anything is scanned.
//
// Only ES256 keys are used here; a key of another kind counts as not pinned. The file may come from the page's own
// cache: its fingerprint, the SHA-256 of its very bytes, is in every report.

import { same } from "./cbor.js";
import { logKey } from "./checkpoint.js";
import { Malformed } from "./fields.js";
import { hex, readJson, TrustMalformed } from "./member.js";
import { readDescription } from "./type-description.js";
import { both } from "./words.js";

export { hex, TrustMalformed };

const DEFAULT_MAX_AGE_HOURS = 24, MOST_HOURS = 366 * 24;
const VERSION_NAME = /^([a-z][a-z0-9-]{1,63})@[1-9][0-9]{0,3}$/;

/** Read a trust file, given as its bytes. Throws TrustMalformed. */
export async function parseTrust(bytes) {
  const document = readJson(bytes, "trust");
  if (document.at("v").count() !== 1) throw document.at("v").refuse();
  const city = document.at("city"), log = document.at("log"), policy = document.at("policy"), types = document.at("types");
  return {
    maxAgeHours: policy.absent ? DEFAULT_MAX_AGE_HOURS : policy.at("status_list_max_age_hours").count(MOST_HOURS),
    city: namesOf(city),
    hosts: document.at("hosts").each().map((host) => host.text()),
    issuers: (await inOrder(document.at("issuers").each(), issuerKey)).filter(({ key }) => key !== null),
    log: await logKey(log.at("origin").text(), (await log.at("spki").key()).spki),
    chain: chainOf(document.at("chain")),
    types: types.absent ? [] : describedTypes(types.each()),
    fingerprint: hex(await sha256(bytes)),
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

/** Of each described type what is shown: its name, its fields' labels, and which of them a code carries in which order. */
function describedTypes(members) {
  const types = [];
  for (const member of members) {
    const name = member.at("name").text(), issuer = member.at("issuer").text();
    const { code, ...shown } = readable(member.at("description"));
    const twice = types.some((known) => known.issuer === issuer && known.name === name);
    if (VERSION_NAME.exec(name)?.[1] !== code || twice) throw member.at("name").refuse();
    types.push({ issuer, name, ...shown });
  }
  return types;
}

function readable(description) {
  try {
    return readDescription(description.value);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new TrustMalformed(`${description.path}.${error.message}`, error);
  }
}

async function issuerKey(member) {
  const until = member.at("valid_until");
  const issuer = member.at("issuer").text(), name = namesOf(member), { spki, key } = await member.at("spki").key();
  return {
    issuer,
    name,
    keyId: await sha256(spki),
    key,
    validFrom: member.at("valid_from").moment(),
    validUntil: until.absent ? null : until.moment(),
    roles: member.at("roles").each().map((role) => role.text()),
  };
}

function chainOf(member) {
  const codes = member.at("code_hashes").named(), registry = member.at("registry_contract");
  const chainId = member.at("chain_id").count();
  member.at("genesis").octets(32);
  const logContract = member.at("log_contract").octets(20);
  member.at("status_contract").octets(20);
  for (const [, code] of codes) code.octets(32);
  if (!registry.absent) registry.octets(20);
  return { chainId, logContract };
}

const namesOf = (member) => both(member.at("name_zh").text(), member.at("name_en").text());

/** Do `work` with each of the members, one after the other, so that the first that is wrong is the one that is named. */
async function inOrder(members, work) {
  const done = [];
  for (const member of members) done.push(await work(member));
  return done;
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
