// The browser's verifier of certificate bundles: nothing is sent anywhere, and the report is the one that
// verify/certificate.py gives.
//
//   const report = await verifyCertificate(bytesOfFile, trust, { asOf: new Date() });
//
// Throws NoBundle when the bytes are no bundle, or are about something else.

import { argue, disclosedFacts, NoBundle } from "./argument.js";
import { isLater } from "./bundle.js";
import { checkStatus, checkValidity, FAILED, finding, GENUINE, IN_FORCE, INDETERMINATE, PASSED, periodWords } from "./checks.js";
import { Fields, Malformed } from "./fields.js";
import { reading } from "./refusals.js";
import { CHANGED_TO } from "./tables.js";
import { nameOf } from "./trust.js";
import { described, ending, judge, newest, settle, shown } from "./verify.js";
import { moment, say } from "./words.js";

const LAST_DAY = 2932896; // 9999-12-31
const HOUR = 3600 * 1e6; // microseconds

export { NoBundle };

/** Verify the bytes of a bundle whose subject is a certificate, as of a Date. */
export async function verifyCertificate(bytes, trust, { asOf }) {
  return argue(bytes, { certificate: certificateReport }, trust, asOf);
}

/** Judge what was examined of a certificate. */
export async function certificateReport({ subject, others, findings, related, bundle }, trust, askedAt) {
  const { issuer, issuedAt, body } = subject.statement;
  const certificate = { issuer, issuedAt, ...readBody(body) };
  const validity = checkValidity(certificate, askedAt);
  const listed = await checkStatus(bundle.statusList, certificate, trust, askedAt, true);
  const sound = others.filter((_, place) => related[place].outcome === PASSED);
  const records = changes(subject, sound, trust, askedAt);
  const known = [listed.known, ...records].filter((one) => one !== null);
  const status = { ...listed, finding: statusFinding(listed.finding, known, records) };
  const standing = judge(validity, status, askedAt, known);
  const about = { kind: "certificate", name: certificate.licenceId, facts: facts(certificate, bundle, trust) };
  return settle(about, [...findings, validity.finding, status.finding, ...related], standing, trust, askedAt);
}

/** What a certificate says; its printed fields stand in it as commitments only. Throws Invalid. */
function readBody(map) {
  return reading("bundle-malformed", "body", () => {
    const fields = new Fields(map, "body");
    const endless = fields.absent("valid_until");
    return {
      licenceId: fields.text("licence_id"),
      number: fields.text("number"),
      certificateType: fields.text("certificate_type"),
      holder: fields.absent("holder") ? null : fields.text("holder"),
      validFrom: day(fields, "valid_from"),
      validUntil: endless ? null : day(fields, "valid_until"),
      statusIndex: fields.count("status_index"),
    };
  });
}

function day(fields, member) {
  const count = fields.count(member);
  if (count > LAST_DAY) throw new Malformed(`body.${member}`);
  return count;
}

/** The check of the state: a change record speaks where it names the ending or is the newest that is known. */
function statusFinding(listed, known, records) {
  const ended = ending(known);
  const telling = ended ?? newest(known);
  if (!records.includes(telling) || listed.concern === GENUINE) return listed;
  let outcome = telling.state === "in-force" ? PASSED : FAILED;
  if (ended === null && !telling.fresh) outcome = INDETERMINATE;
  return finding("status", outcome, telling.words, IN_FORCE);
}

/** What sound change records of this issuer say of the state, up to the moment asked about. */
function changes(subject, sound, trust, askedAt) {
  return sound
    .map(({ statement }) => statement)
    .filter((one) => isLater(one, subject.statement) && one.issuedAt <= askedAt)
    .filter(({ body }) => Object.hasOwn(CHANGED_TO, body.get("action")))
    .map(({ body, issuer, issuedAt }) => {
      const state = CHANGED_TO[body.get("action")];
      const told = { issuer: nameOf(trust, issuer), at: moment(issuedAt), state: say(`state-${state}`) };
      const fresh = askedAt - issuedAt <= trust.maxAgeHours * HOUR;
      return { state, asOf: issuedAt, words: say("status-changed", told), fresh };
    });
}

function facts(certificate, { disclosures }, trust) {
  const { certificateType, licenceId, number, holder, issuer } = certificate;
  const type = described(trust, issuer, certificateType);
  return [
    shown("certificate_type", type.words),
    shown("licence_id", licenceId),
    shown("number", number),
    ...(holder === null ? [] : [shown("holder", holder)]),
    ...disclosedFacts(disclosures, type),
    shown("issuer", nameOf(trust, issuer)),
    shown("validity", periodWords(certificate)),
  ];
}
