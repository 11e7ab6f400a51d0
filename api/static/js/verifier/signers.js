// Who signed is who was to sign, and who declined, as verify/signers.py checks it.

import { encode, same } from "./cbor.js";
import { FAILED, INDETERMINATE, PASSED, finding } from "./checks.js";
import { listed } from "./bundle.js";
import { sha256 } from "./statement.js";
import { RECOGNISED } from "./tables.js";
import { hex } from "./trust.js";
import { both, say } from "./words.js";

const APPROVALS = "approvals", DELEGATIONS = "delegations", DECLINES = "declines";
const STEPS = ["delegated", "replaced"];
const DECLINED = "slot-declined", SEAL = "seal";
export const SLOT_DOMAIN = "yinxin/slot/1";
const LONGEST_SLOT = 40;

/** The slot of a signature, as a report says it. */
export const slotOf = ({ statement }) => shortened(statement.body.get("slot"));

/** The signatures that name the steps by which their slot came to the signer. */
export const tied = (signed) => signed.filter(({ statement }) => statement.body.has(DELEGATIONS));

/** The gravest of findings, or the one that `passed` makes; none where nothing was found. */
export function settled(found, passed) {
  if (!found.length) return [];
  const gravest = [FAILED, INDETERMINATE].map((outcome) => found.find((one) => one.outcome === outcome)).find(Boolean);
  return [gravest ?? passed()];
}

export async function checkApprovals(exhibits, signed) {
  const found = [];
  for (const one of tied(signed)) found.push(await approval(exhibits, one));
  return settled(found, () => {
    const methods = [...new Set(tied(signed).map((one) => method(exhibits, one)))].map((each) => say(RECOGNISED[each]));
    const said = both(methods.map(({ zh }) => zh).join("、"), methods.map(({ en }) => en).join(", "));
    return finding(APPROVALS, PASSED, say("approvals-bind", { count: found.length, methods: said }));
  });
}

async function approval(exhibits, signature) {
  const slot = slotOf(signature);
  const { body } = signature.statement;
  const given = exhibitOf(exhibits, body.get("approval"));
  if (given === null) return finding(APPROVALS, INDETERMINATE, say("approvals-absent", { slot }));
  const member = await notApproved(given.statement, body);
  if (member !== null) return finding(APPROVALS, FAILED, say("approvals-of-another", { slot, member }));
  const way = method(exhibits, signature);
  if (Object.hasOwn(RECOGNISED, way)) return finding(APPROVALS, PASSED, both("", ""));
  return finding(APPROVALS, INDETERMINATE, say("approvals-unknown", { slot, method: shortened(way) }));
}

/** The first member in which the approval is not the one that the signature needs, or null. */
async function notApproved(given, body) {
  if (given.name !== "approval") return "type";
  if (given.body.get("action") !== (body.get("kind") === SEAL ? SEAL : "sign")) return "action";
  const subject = await sha256(encode([SLOT_DOMAIN, body.get("manifest") ?? null, body.get("slot") ?? null]));
  if (given.body.get("subject") !== `sha256:${hex(subject)}`) return "subject";
  return equal(body.get("commitments"), [given.body.get("person")]) ? null : "person";
}

function method(exhibits, { statement }) {
  const given = exhibitOf(exhibits, statement.body.get("approval"));
  return given === null ? "" : python(given.statement.body.get("method"));
}

/** `persons` are the commitments of the manifest by slot, null where the manifest is not enclosed; `owed` says
 * whether every signature over it names its steps, null where that cannot be known. */
export function checkDelegations(exhibits, signed, persons, owed) {
  const untied = signed.find(({ statement }) => !statement.body.has(DELEGATIONS));
  if (untied && owed) return [finding(DELEGATIONS, FAILED, say("delegations-left-out", { slot: slotOf(untied) }))];
  if (untied && owed === null) {
    return [finding(DELEGATIONS, INDETERMINATE, say("delegations-unnamed", { slot: slotOf(untied) }))];
  }
  const asked = tied(signed);
  const count = asked.reduce((sum, one) => sum + stepsOf(one).length, 0);
  const found = asked.map((one) => handedOn(exhibits, one, persons));
  return settled(found, () => finding(DELEGATIONS, PASSED, say(count ? "delegations-hold" : "delegations-none", { count })));
}

function handedOn(exhibits, signature, persons) {
  const slot = slotOf(signature);
  const { body } = signature.statement;
  let [known, earlier] = [persons !== null, null];
  let holder = persons?.get(body.get("slot")) ?? null;
  for (const [index, digest] of stepsOf(signature).entries()) {
    const facts = { slot, place: index + 1 };
    const step = exhibitOf(exhibits, digest);
    if (step === null) return finding(DELEGATIONS, INDETERMINATE, say("delegations-absent", facts));
    const [giver, taker] = ["giver", "taker"].map((name) => step.statement.body.get(name) ?? null);
    let member = foreign(step.statement, signature.statement, earlier);
    if (member === null && (giver === null || taker === null)) {
      return finding(DELEGATIONS, INDETERMINATE, say("delegations-untied", facts));
    }
    if (member === null && known && !equal(giver, holder)) member = "giver";
    if (member !== null) return finding(DELEGATIONS, FAILED, say("delegations-foreign", { ...facts, member }));
    [holder, known, earlier] = [taker, true, step.statement];
  }
  if (holder !== null && !equal(body.get("commitments"), [holder])) {
    return finding(DELEGATIONS, FAILED, say("delegations-signer", { slot }));
  }
  if (persons === null) return finding(DELEGATIONS, INDETERMINATE, say("delegations-unnamed", { slot }));
  return finding(DELEGATIONS, PASSED, both("", ""));
}

function stepsOf({ statement }) {
  const steps = statement.body.get(DELEGATIONS);
  return Array.isArray(steps) ? steps : [steps];
}

/** The first member in which `step` is none of the slot of `signature`, after the step `earlier`, or null. */
function foreign(step, signature, earlier) {
  if (step.name !== "agreement") return "type";
  if (!STEPS.includes(step.body.get("action"))) return "action";
  const member = elsewhere(step, signature);
  if (member !== null) return member;
  if (!equal(step.body.get("slot"), signature.body.get("slot"))) return "slot";
  const late = step.issuedAt > signature.issuedAt || (earlier !== null && step.issuedAt < earlier.issuedAt);
  return late ? "time" : null;
}

/** The first member in which `step` is about another agreement than `signature`, or null. */
function elsewhere(step, signature) {
  if (step.issuer !== signature.issuer) return "issuer";
  if (!equal(step.body.get("agreement"), signature.body.get("agreement"))) return "agreement";
  const manifest = signature.body.get("manifest");
  return manifest instanceof Uint8Array && listed(step, "files").has(hex(manifest)) ? null : "files";
}

export function checkDeclines(subject, exhibits, signed) {
  const named = subject.statement.body.get("declined");
  if (!Array.isArray(named) || !signed.length) return [];
  const taken = signed.map(({ statement }) => statement.body.get("slot"));
  const found = named.map((digest, index) => {
    const step = exhibitOf(exhibits, digest);
    if (step === null) return finding(DECLINES, INDETERMINATE, say("declines-absent", { place: index + 1 }));
    const member = notDeclined(step.statement, subject.statement, signed[0].statement, taken);
    taken.push(step.statement.body.get("slot"));
    if (member === null) return finding(DECLINES, PASSED, both("", ""));
    return finding(DECLINES, FAILED, say("declines-foreign", { place: index + 1, member }));
  });
  return settled(found, () => finding(DECLINES, PASSED, say("declines-hold", { count: named.length })));
}

function notDeclined(step, subject, signature, taken) {
  if (step.name !== "agreement") return "type";
  if (step.body.get("action") !== DECLINED) return "action";
  const member = elsewhere(step, signature);
  if (member !== null) return member;
  if (taken.some((slot) => equal(slot, step.body.get("slot")))) return "slot";
  return step.issuedAt > subject.issuedAt ? "time" : null;
}

/** The exhibit of this digest, 32 bytes; null where it is not enclosed. */
export function exhibitOf(exhibits, digest) {
  if (!(digest instanceof Uint8Array)) return null;
  return exhibits.find(({ statement }) => same(statement.digest, digest)) ?? null;
}

/** Whether two values are the same: text, numbers, null, bytes, or lists of them. */
export function equal(left, right) {
  if (left instanceof Uint8Array) return right instanceof Uint8Array && same(left, right);
  if (!Array.isArray(left)) return (left ?? null) === (right ?? null);
  return Array.isArray(right) && left.length === right.length && left.every((one, place) => equal(one, right[place]));
}

/** A value as Python writes it, of a length that a report repeats. */
export const shortened = (value) => [...python(value)].slice(0, LONGEST_SLOT).join("");
export const python = (value) => (value === null || value === undefined ? "None" : String(value));
