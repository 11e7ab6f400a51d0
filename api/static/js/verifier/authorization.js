// The browser's verifier of authorization bundles: nothing is sent anywhere, and the report is the one that
// verify/authorization.py gives.
//
//   const report = await verifyAuthorization(evidenceIn(bytesOfFile), trust, { asOf: new Date() });
//
// Throws NoBundle when the bytes are no bundle, or a PDF without exactly one, or are about something else.

import { argue, disclosedFacts, NoBundle } from "./argument.js";
import { readBundle } from "./bundle.js";
import { same } from "./cbor.js";
import { FAILED, IN_FORCE, INDETERMINATE, PASSED, finding } from "./checks.js";
import { Fields, Malformed } from "./fields.js";
import { Invalid } from "./refusals.js";
import { checkRegisters } from "./registers.js";
import { sha256 } from "./statement.js";
import { METHODS } from "./tables.js";
import { hex } from "./trust.js";
import { notInForce, settle, shown, unknown } from "./verify.js";
import { moment, say } from "./words.js";

const FIRST_POLICY = "yinxin/authorization-policy/1";
const LONGEST_METHOD = 40;
const ENDINGS = ["used", "revoked", "refused", "lapsed"];
const CLOCKS_APART_US = 5 * 60 * 1_000_000; // right after a grant, as verify.authorization allows
const HASH_BYTES = 32;
const HEAD_LIMIT = 512; // bytes before an attachment in which its length stands

export { NoBundle };

/** The bytes of a bundle: `bytes` themselves, or the one that is attached to a PDF. Throws NoBundle. */
export function evidenceIn(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  if (!text.startsWith("%PDF-")) return bytes;
  const found = [...text.matchAll(/stream\r?\n(?=yinxin-bundle\/1\n)/g)].map((match) => match.index + match[0].length);
  const lengths = found.length === 1 && text.slice(Math.max(0, found[0] - HEAD_LIMIT), found[0]).match(/\/Length \d{1,9}\b/g);
  if (!lengths) throw new NoBundle();
  return bytes.subarray(found[0], found[0] + Number(lengths.at(-1).slice("/Length ".length)));
}

/** Verify the bytes of a bundle whose subject is an authorization, as of a Date. */
export async function verifyAuthorization(bytes, trust, { asOf }) {
  return argue(bytes, { authorization: authorizationReport }, trust, asOf);
}

/** The exact text: `{digest, words}`, the digest as signed, and the words, null where they were left out. */
export async function textOf(bytes) {
  const { exhibits, files } = await readBundle(bytes);
  const digest = readBody(exhibits[0].statement.body).text;
  for (const file of files) {
    if (`sha256:${hex(await sha256(file))}` === digest) return { digest, words: new TextDecoder().decode(file) };
  }
  return { digest, words: null };
}

/** Judge what was examined of an authorization. */
export function authorizationReport({ subject, others, findings, related, bundle: { disclosures } }, trust, askedAt) {
  const body = readBody(subject.statement.body);
  const validity = checkValidity(body, askedAt, subject.statement.issuedAt);
  const status = checkChanges(subject, others.filter((_, place) => related[place].outcome === PASSED), body, askedAt);
  const standing =
    status.standing ??
    (validity.state === "in-force" ? unknown(status.finding.words) : notInForce(validity.state, askedAt, validity.finding.words));
  const registers = checkRegisters(body.registers, others, related, trust);
  const all = [...findings, checkApproval(others, body), ...registers, validity.finding, status.finding, ...related];
  const about = { kind: "authorization", name: hex(subject.statement.digest), facts: facts(body, disclosures) };
  return settle(about, all, standing, trust, askedAt);
}

/** What an authorization says. Throws Invalid when it is incomplete. */
export function readBody(map) {
  try {
    const fields = new Fields(map, "body");
    const policy = fields.has("policy") ? fields.text("policy") : FIRST_POLICY;
    const body = {
      firm: fields.text("firm"),
      purpose: fields.text("purpose"),
      project: fields.text("project"),
      validFrom: fields.moment("valid_from"),
      validUntil: fields.moment("valid_until"),
      person: fields.octets("person"),
      text: fields.text("text"),
      approval: fields.octets("approval"),
      registers: fields.has("registers") ? fields.octetsList("registers", HASH_BYTES) : null,
      uses: 1,
      terms: null,
    };
    if (policy === FIRST_POLICY) return body;
    const terms = {
      position: fields.absent("position") ? null : fields.text("position"),
      scope: fields.absent("scope") ? null : fields.text("scope"),
      uses: fields.absent("uses") ? null : fields.count("uses"),
      method: fields.text("method"),
      challenge: fields.text("challenge"),
    };
    if (terms.uses === 0) throw new Malformed("body.uses");
    return { ...body, uses: terms.uses, terms };
  } catch (error) {
    if (error instanceof Malformed) throw new Invalid("bundle-malformed", { place: error.message });
    throw error;
  }
}

function checkApproval(others, body) {
  const approval = others.find(({ statement }) => same(statement.digest, body.approval));
  if (approval === undefined) return finding("approval", INDETERMINATE, say("approval-absent"));
  const { statement } = approval;
  const member = differing(statement, body);
  if (member !== null) return finding("approval", FAILED, say("approval-of-another", { member }));
  const at = moment(statement.issuedAt);
  const method = python(statement.body.get("method"));
  if (!Object.hasOwn(METHODS, method)) {
    const shortened = [...method].slice(0, LONGEST_METHOD).join("");
    return finding("approval", INDETERMINATE, say("approval-method-unknown", { at, method: shortened }));
  }
  return finding("approval", PASSED, say(METHODS[method], { at }));
}

function differing(statement, body) {
  if (statement.name !== "approval") return "type";
  const needed = { action: "authorize", subject: body.text, person: body.person };
  if (body.terms !== null) Object.assign(needed, { method: body.terms.method, challenge: body.terms.challenge });
  const equal = (left, right) => left === right || (left instanceof Uint8Array && right instanceof Uint8Array && same(left, right));
  return Object.keys(needed).find((name) => !equal(statement.body.get(name), needed[name])) ?? null;
}

/** Whether the moment lies within the validity; before the grant there was none, whatever it says. */
function checkValidity(body, askedAt, grantedAt) {
  let [key, state] = ["validity-within", "in-force"];
  if (askedAt + CLOCKS_APART_US < grantedAt) [key, state] = ["validity-ungranted", "not-yet-valid"];
  else if (askedAt < body.validFrom) [key, state] = ["validity-early", "not-yet-valid"];
  else if (askedAt >= body.validUntil) [key, state] = ["validity-over", "expired"];
  const words = say(key, { day: moment(askedAt), period: period(body), at: moment(grantedAt) });
  return { finding: finding("validity", state === "in-force" ? PASSED : FAILED, words, IN_FORCE), state };
}

/** What the sound change records of the same issuer say: `{finding, standing}`; 2 uses of 3 end nothing. */
function checkChanges(subject, sound, body, askedAt) {
  const used = new Map();
  for (const { statement } of sound) {
    if (!isChange(statement, subject.statement) || statement.issuedAt > askedAt) continue;
    const state = python(statement.body.get("change"));
    if (ENDINGS.includes(state)) return ended(state, statement.issuedAt);
    const ordinal = statement.body.get("ordinal");
    const counted = typeof ordinal === "number" || typeof ordinal === "bigint";
    if (state === "use" && counted && !used.has(ordinal)) used.set(ordinal, statement.issuedAt);
  }
  if (body.uses !== null && used.size >= body.uses) return ended("used", Math.max(...used.values()));
  const often = body.uses === null ? say("uses-any") : say("uses-of", { uses: body.uses });
  const words = used.size ? say("authorization-uses", { count: used.size, often }) : say("status-not-listed");
  return { finding: finding("status", INDETERMINATE, words, IN_FORCE), standing: null };
}

function isChange(statement, subject) {
  const about = statement.body.get("authorization");
  return (
    statement.name === "authorization-change" &&
    statement.issuer === subject.issuer &&
    about instanceof Uint8Array &&
    same(about, subject.digest)
  );
}

function ended(state, at) {
  const words = say("authorization-changed", { at: moment(at), state: say(`state-${state}`) });
  return { finding: finding("status", FAILED, words, IN_FORCE), standing: notInForce(state, at, words) };
}

const period = (body) => say("period", { first: moment(body.validFrom), last: moment(body.validUntil) });

function facts(body, disclosures) {
  const { terms } = body;
  const said = terms === null ? [] : ["position", "scope"].filter((name) => terms[name] !== null).map((name) => shown(name, terms[name]));
  if (terms !== null) said.push(shown("uses", terms.uses === null ? say("uses-unlimited") : say("uses-counted", { uses: terms.uses })));
  return [
    shown("firm", body.firm),
    shown("purpose", body.purpose),
    shown("project", body.project),
    ...said,
    ...disclosedFacts(disclosures),
    shown("validity", period(body)),
  ];
}

/** A value as Python's str() writes it, where it is text, null or a number; of the rest only that it is no word. */
function python(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}
