// Whether everybody who signed an agreement has voided it since, as verify/voids.py checks it.

import { isLater, listed } from "./bundle.js";
import { encode, same as sameBytes } from "./cbor.js";
import { FAILED, INDETERMINATE, IN_FORCE, PASSED, finding } from "./checks.js";
import { equal, exhibitOf, python, shortened, slotOf } from "./signers.js";
import { sha256 } from "./statement.js";
import { RECOGNISED } from "./tables.js";
import { hex } from "./trust.js";
import { notInForce } from "./verify.js";
import { moment, say } from "./words.js";

const VOIDS = "voids", CONSENTS = "consents", VOID = "void", VOIDED = "voided", VOID_DOMAIN = "yinxin/void/1";
const HASH_BYTES = 32;

/** What voided the agreement, if anything: `{findings, standing}`, one finding or none. */
export async function checkVoids(subject, exhibits, signed) {
  const voids = exhibits.filter(
    ({ statement }) => isLater(statement, subject.statement) && statement.body.get("action") === VOIDED,
  );
  if (!voids.length || !signed.length) return { findings: [], standing: null };
  const found = [];
  for (const one of voids) found.push(await voided(one.statement, subject.statement, exhibits, signed));
  const gravest = [FAILED, INDETERMINATE].map((outcome) => found.find((one) => one.outcome === outcome)).find(Boolean);
  if (gravest) return { findings: [gravest], standing: null };
  const { words } = found[0];
  return {
    findings: [finding(VOIDS, FAILED, words, IN_FORCE)],
    standing: notInForce(VOIDED, voids[0].statement.issuedAt, words),
  };
}

async function voided(statement, subject, exhibits, signed) {
  const member = foreign(statement, subject, signed);
  if (member !== null) return finding(VOIDS, FAILED, say("voids-foreign", { member }));
  const consents = consentsOf(statement).map((digest) => exhibitOf(exhibits, digest));
  const place = consents.indexOf(null) + 1;
  if (place) return finding(VOIDS, INDETERMINATE, say("voids-absent", { place }));
  let same = 0;
  for (const signature of signed) {
    const given = await consentTo(consents, statement, signature.statement);
    const slot = slotOf(signature);
    if (given === null) return finding(VOIDS, FAILED, say("voids-without", { slot }));
    const method = given.body.get("method");
    if (!Object.hasOwn(RECOGNISED, python(method))) {
      return finding(VOIDS, INDETERMINATE, say("approvals-unknown", { slot, method: shortened(method) }));
    }
    same += equal(signature.statement.body.get("commitments"), [given.body.get("person")]);
  }
  const facts = { count: signed.length, at: moment(statement.issuedAt), same };
  return finding(VOIDS, PASSED, say("voids-hold", facts));
}

/** The first member in which `statement` does not fit the agreement and its signatures, or null. */
function foreign(statement, subject, signed) {
  if (!equal(statement.body.get("agreement"), subject.body.get("agreement"))) return "agreement";
  const files = listed(statement, "files");
  const over = ({ statement: { body } }) => body.get("manifest") instanceof Uint8Array && files.has(hex(body.get("manifest")));
  if (!signed.every(over)) return "files";
  const reason = statement.body.get("reason");
  if (!(reason instanceof Uint8Array) || reason.length !== HASH_BYTES) return "reason";
  if (consentsOf(statement).length !== listed(subject, "signatures").size) return CONSENTS;
  return statement.issuedAt < subject.issuedAt ? "time" : null;
}

/** The approvals that it names, each once, in their order: digests. */
function consentsOf(statement) {
  const named = statement.body.get(CONSENTS);
  const digests = (Array.isArray(named) ? named : []).filter((one) => one instanceof Uint8Array && one.length === HASH_BYTES);
  return digests.filter((one, place) => digests.findIndex((other) => sameBytes(one, other)) === place);
}

async function consentTo(consents, statement, signature) {
  const asked = [VOID_DOMAIN, signature.body.get("manifest") ?? null, signature.body.get("slot") ?? null, statement.body.get("reason")];
  const subject = `sha256:${hex(await sha256(encode(asked)))}`;
  const given = consents.find(
    ({ statement: one }) =>
      one.name === "approval" &&
      one.body.get("action") === VOID &&
      one.body.get("subject") === subject &&
      one.issuedAt <= statement.issuedAt,
  );
  return given?.statement ?? null;
}
