// The checks of a QR code, each with its outcome in the words of ETSI EN 319 102-1, as verify/*.py makes them.
//
// A check *concerns* genuineness, which makes the conclusion, or being in force, which makes the answer.

import { isSigned } from "./cose.js";
import { sha256 } from "./statement.js";
import { applied, DELTA, LIST, readList, readStatement, stateOf, unpaired } from "./statuslist.js";
import { keysNamed, nameOf } from "./trust.js";
import { dayFromCount, dayOf, moment, say } from "./words.js";

export const PASSED = "TOTAL-PASSED", INDETERMINATE = "INDETERMINATE", FAILED = "TOTAL-FAILED";
export const GENUINE = "genuine", IN_FORCE = "in-force";
const STATES = ["in-force", "suspended", "ended", "superseded"];
const CLOCK_SKEW = 5 * 60 * 1e6; // microseconds
const SECOND = 1e6, HOUR = 3600 * SECOND;

/** A check before it has its number. */
export function finding(name, outcome, words, concern = GENUINE) {
  return { name, outcome, words, concern };
}

export function checkAddress(host, trust, knownKey) {
  const facts = { host, city: trust.city };
  if (trust.hosts.includes(host)) return finding("address", PASSED, say("address-pinned", facts));
  if (knownKey) return finding("address", FAILED, say("address-false", facts));
  return finding("address", INDETERMINATE, say("address-foreign", facts));
}

/** Find the pinned key that a signed thing claims: `{finding, pinned}`. */
export function findKey(claim, trust) {
  const named = keysNamed(trust, claim.keyIdPrefix);
  if (!named.length) return { finding: finding("issuer-key", INDETERMINATE, say("key-unknown")), pinned: null };
  const own = named.filter((key) => key.issuer === claim.issuer);
  if (!own.length) {
    return found("key-of-another", named[0], { issuer: nameOf(trust, claim.issuer), owner: named[0].name });
  }
  const allowed = own.filter((key) => key.roles.includes(claim.role));
  if (!allowed.length) return found("key-without-role", own[0], { issuer: own[0].name, role: claim.role });
  const at = moment(claim.issuedAt);
  const valid = allowed.find(
    (key) => key.validFrom <= claim.issuedAt && (key.validUntil === null || claim.issuedAt < key.validUntil),
  );
  if (!valid) return found("key-out-of-window", allowed[0], { issuer: allowed[0].name, at });
  return found("key-pinned", valid, { issuer: valid.name, at });
}

function found(key, pinned, facts) {
  return { finding: finding("issuer-key", key === "key-pinned" ? PASSED : FAILED, say(key, facts)), pinned };
}

export async function checkSignature(message, pinned, bound) {
  if (pinned === null) return finding("signature", INDETERMINATE, say("signature-unchecked"));
  return (await isSigned(message, pinned.key, bound))
    ? finding("signature", PASSED, say("signature-holds"))
    : finding("signature", FAILED, say("signature-broken"));
}

/** The validity as a phrase. */
export function periodWords(payload) {
  const first = dayFromCount(payload.validFrom);
  if (payload.validUntil === null) return say("period-open", { first });
  return say("period", { first, last: dayFromCount(payload.validUntil) });
}

/** Check the validity at a moment: `{finding, state}`. */
export function checkValidity(payload, askedAt) {
  const day = dayOf(askedAt);
  const facts = { day, period: periodWords(payload) };
  const validity = (key, state, told = facts) => ({
    finding: finding("validity", state === "in-force" ? PASSED : FAILED, say(key, told), IN_FORCE),
    state,
  });
  if (askedAt < payload.issuedAt - (payload.issuedAt % SECOND)) {
    return validity("validity-unissued", "not-yet-valid", { at: moment(payload.issuedAt) });
  }
  if (day < dayFromCount(payload.validFrom)) return validity("validity-early", "not-yet-valid");
  if (payload.validUntil !== null && day > dayFromCount(payload.validUntil)) {
    return validity("validity-over", "expired");
  }
  return validity("validity-within", "in-force");
}

/**
 * Look the certificate up in a status list (bytes or null): `{finding, known}`. One that is not the issuer's breaks the
 * evidence that it came `enclosed` in.
 */
export async function checkStatus(encoded, payload, trust, askedAt, enclosed = false) {
  const open = (key, facts) => ({ finding: finding("status", INDETERMINATE, say(key, facts), IN_FORCE), known: null });
  if (encoded === null) return open("status-none");
  const issuer = nameOf(trust, payload.issuer);
  const refused = (key, outcome) => ({
    finding: finding("status", outcome, say(key, { issuer }), enclosed ? GENUINE : IN_FORCE),
    known: null,
  });
  let list;
  try {
    list = await authenticList(encoded, payload.issuer, trust);
  } catch {
    return refused("status-forged", FAILED);
  }
  if (list === null) return refused("status-key-unknown", INDETERMINATE);
  const at = moment(list.issuedAt);
  if (list.issuedAt > askedAt + CLOCK_SKEW) return open("status-future", { at });
  const state = stateOf(list, payload.statusIndex);
  if (state === null || list.issuedAt < payload.issuedAt) return open("status-uncovered", { at });
  return lookedUp(state, list, { at, issuer }, trust, askedAt);
}

function lookedUp(state, list, facts, trust, askedAt) {
  const told = { ...facts, state: say(`state-${STATES[state]}`), hours: trust.maxAgeHours };
  const tooOld = askedAt - list.issuedAt > trust.maxAgeHours * HOUR || askedAt >= list.expiresAt;
  let key = "status-clear";
  let outcome = PASSED;
  if (tooOld) [key, outcome] = ["status-stale", INDETERMINATE];
  else if (state !== 0) [key, outcome] = ["status-exception", FAILED];
  const words = say(key, told);
  return {
    finding: finding("status", outcome, words, IN_FORCE),
    known: { state: STATES[state], asOf: list.issuedAt, words, fresh: !tooOld },
  };
}

const checked = new WeakMap(); // by trust and the array of bytes: lists whose signatures held

/** The list if `issuer` signed it; null when nobody pinned its key; throws when it is forged. Whoever checks many codes has
 * one list for all, an array of bytes that is not written to: it is checked once. What is refused is refused anew. */
export async function authenticList(encoded, issuer, trust) {
  if (!checked.has(trust)) checked.set(trust, new WeakMap());
  const lists = checked.get(trust), known = lists.get(encoded);
  if (known?.issuer === issuer) return known;
  const list = await checkedList(encoded, issuer, trust);
  if (list !== null) lists.set(encoded, list);
  return list;
}

async function checkedList(encoded, issuer, trust) {
  const [whole, later] = unpaired(encoded);
  const statement = await ownStatement(whole, LIST, issuer, trust);
  if (statement === null) return null;
  const list = { issuer, issuedAt: statement.issuedAt, ...(await readList(statement)) };
  if (later === null) return list;
  const delta = await ownStatement(later, DELTA, issuer, trust);
  return delta === null ? null : applied(list, await sha256(whole), delta);
}

/** The statement if `issuer` signed it with a key for lists; null when nobody pinned it; throws when it is forged. */
async function ownStatement(encoded, type, issuer, trust) {
  const statement = readStatement(encoded, type);
  const claim = { ...statement, role: "status-list", keyIdPrefix: statement.message.keyIdPrefix };
  const key = findKey(claim, trust);
  if (key.pinned === null) return null;
  if (statement.issuer !== issuer || key.finding.outcome !== PASSED) throw new Error("of another");
  if (!(await isSigned(statement.message, key.pinned.key))) throw new Error("not signed");
  return statement;
}
