// The browser's verifier of agreement bundles: nothing is sent anywhere, and the report is the one that
// verify/agreement.py gives.
//
//   const report = await verifyAgreement(bytesOfFile, trust, { asOf: new Date() });
//
// Throws NoBundle when the bytes are neither bundle nor pack, or are about something else.

import { argue, disclosedFacts, NoBundle } from "./argument.js";
import { listed } from "./bundle.js";
import { refusal } from "./cades.js";
import { decode, NotCanonical } from "./cbor.js";
import { FAILED, INDETERMINATE, PASSED, finding } from "./checks.js";
import { checkDocuments } from "./documents.js";
import { Fields, Malformed } from "./fields.js";
import { Invalid } from "./refusals.js";
import { checkApprovals, checkDeclines, checkDelegations, equal, settled, slotOf, tied } from "./signers.js";
import { checkStamps } from "./stamps.js";
import { checkTexts } from "./texts.js";
import { hex } from "./trust.js";
import { settle } from "./verify.js";
import { checkVoids } from "./voids.js";
import { both, say } from "./words.js";

const HASH_BYTES = 32;
const PARTIES = "parties", DETACHED = "detached", COMPLETED = "completed", ONLY = "";
const NAMES_STEPS = ["yinxin/manifest/3", "yinxin/manifest/4", "yinxin/manifest/5"]; // signatures name how a slot came to its signer

export { NoBundle };

/** Verify the bytes of a bundle whose subject is an agreement, or of an evidence pack, as of a Date. */
export async function verifyAgreement(bytes, trust, { asOf }) {
  return argue(bytes, { agreement: agreementReport }, trust, asOf);
}

/** Judge what was examined of an agreement. */
export async function agreementReport({ subject, others, findings, related, bundle }, trust, askedAt) {
  const body = reading(() => readBody(subject.statement.body));
  const { files } = bundle;
  const named = new Set(body.signatures.map(hex));
  const every = [subject, ...others];
  const over = every.filter(({ statement }) => named.has(hex(statement.digest)));
  const all = [...findings, reading(() => checkParties(over, body, files))];
  const signed = over.filter(({ statement }) => statement.name === "signature");
  all.push(...(await checkApprovals(every, signed)));
  const manifest = reading(() => manifestOf(signed, files));
  const slots = manifest && reading(() => slotsOf(manifest));
  const persons = slots && tied(signed).length ? slots.person : null;
  const owed = manifest && manifest.has("schema") && NAMES_STEPS.includes(manifest.take("schema"));
  all.push(...checkDelegations(every, signed, persons, owed));
  all.push(...(await checkStamps(every, signed, slots && slots.held)));
  all.push(...reading(() => checkTexts(every, signed, files, slots && slots.texts)));
  all.push(...(await checkDetached(signed, files)));
  if (manifest) {
    const over = signed[0].statement.body.get("manifest");
    const stated = body.files.filter((digest) => !equal(digest, over));
    all.push(...reading(() => checkDocuments({ subject, every, files }, manifest, stated)));
  }
  all.push(...checkDeclines(subject, every, signed));
  const voids = await checkVoids(subject, every, signed);
  all.push(...voids.findings);
  const standing = voids.standing ?? {
    answer: "UNKNOWN", state: "complete", asOf: null, headline: say("headline-agreement"), why: say("agreement-lasts"),
  };
  const about = { kind: "agreement", name: hex(body.agreement), facts: disclosedFacts(bundle.disclosures) };
  return settle(about, [...all, ...related], standing, trust, askedAt);
}

function reading(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) throw new Invalid("bundle-malformed", { place: error.message });
    if (error instanceof NotCanonical) throw new Invalid("not-canonical", { offset: error.offset });
    throw error;
  }
}

function readBody(map) {
  const fields = new Fields(map, "body");
  if (fields.text("action") !== COMPLETED) throw new Malformed("body.action");
  return {
    agreement: fields.octets("agreement"),
    signatures: fields.octetsList("signatures", HASH_BYTES),
    files: fields.octetsList("files", HASH_BYTES),
  };
}

function checkParties(signed, body, files) {
  const place = signed.findIndex((one) => !isOver(one.statement, body));
  if (place >= 0) return finding(PARTIES, FAILED, say("parties-of-another", { place: place + 1 }));
  const count = body.signatures.length;
  const missing = new Set(body.signatures.map(hex)).size - signed.length;
  if (missing) return finding(PARTIES, INDETERMINATE, say("parties-missing", { missing, count }));
  if (count !== signed.length || !signed.length || !slotsAgree(signed, files)) {
    return finding(PARTIES, FAILED, say("parties-slots"));
  }
  return finding(PARTIES, PASSED, say("parties-all", { count }));
}

function isOver(statement, body) {
  const manifest = statement.body.get("manifest") ?? null;
  const named = body.files.some((digest) => equal(digest, manifest));
  return statement.name === "signature" && equal(statement.body.get("agreement"), body.agreement) && named;
}

/** Whether what is signed, each slot once, satisfies the groups of the manifest, if it is enclosed. */
function slotsAgree(signed, files) {
  const slots = signed.map(({ statement }) => String(statement.body.get("slot")));
  const manifests = signed.map(({ statement }) => statement.body.get("manifest"));
  if (new Set(slots).size !== slots.length || manifests.some((one) => !equal(one, manifests[0]))) return false;
  const content = files.get(hex(manifests[0]));
  return content === undefined || satisfied(decode(content), slots);
}

function satisfied(manifest, signed) {
  const fields = new Fields(manifest, "manifest");
  const grouped = fields.has("groups");
  const each = fields.each("slots");
  const slots = new Map(each.map((slot) => [slot.text("id"), grouped ? slot.text("group") : ONLY]));
  if (slots.size !== each.length || signed.some((slot) => !slots.has(slot))) return false;
  const sizes = counted([...slots.values()]);
  const needs = grouped ? needsOf(fields) : sizes;
  const fit = needs.size === sizes.size && [...needs].every(([id, need]) => need >= 1 && need <= (sizes.get(id) ?? 0));
  if (!fit) throw new Malformed("manifest.groups");
  const filled = counted(signed.map((slot) => slots.get(slot)));
  return [...needs].every(([id, need]) => (filled.get(id) ?? 0) >= need);
}

function needsOf(manifest) {
  const needs = new Map();
  for (const group of manifest.items("groups")) {
    const [id, step, need] = Array.isArray(group) && group.length === 3 ? group : [];
    if (typeof id !== "string" || !isInteger(step) || !isInteger(need) || needs.has(id)) throw new Malformed("manifest.groups");
    needs.set(id, Number(need));
  }
  return needs;
}

function counted(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The manifest that is signed; null where it is not enclosed. */
function manifestOf(signed, files) {
  const digest = signed[0]?.statement.body.get("manifest");
  const content = digest instanceof Uint8Array ? files.get(hex(digest)) : undefined;
  return content === undefined ? null : new Fields(decode(content), "manifest");
}

/** What the manifest says by slot: the commitments to their persons, whose stamps and which texts they ask for. */
function slotsOf(manifest) {
  const said = { person: new Map(), held: new Map(), texts: new Map() };
  for (const slot of manifest.each("slots")) {
    const id = slot.text("id");
    for (const [name, by] of Object.entries(said)) by.set(id, slot.has(name) ? slot.take(name) : null);
  }
  return said;
}

async function checkDetached(signed, files) {
  const found = [];
  for (const one of signed) {
    for (const digest of [...listed(one.statement, "files")].sort()) found.push(await detached(one, files.get(digest)));
  }
  return settled(found, () => finding(DETACHED, PASSED, say("detached-hold", { count: found.length })));
}

async function detached(signature, content) {
  const { body, issuedAt } = signature.statement;
  const slot = slotOf(signature);
  if (content === undefined) return finding(DETACHED, INDETERMINATE, say("detached-absent", { slot }));
  const [manifest, wantedSlot, approval, key] = ["manifest", "slot", "approval", "key"].map((name) => body.get(name));
  const why = await refusal(content, { manifest, slot: wantedSlot, approval, key, at: issuedAt });
  if (why === null) return finding(DETACHED, PASSED, both("", ""));
  return finding(DETACHED, why === "detached-unchecked" ? INDETERMINATE : FAILED, say(why, { slot }));
}

const isInteger = (value) => Number.isInteger(value) || typeof value === "bigint";
