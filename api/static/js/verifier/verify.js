// The browser's verifier of QR codes: nothing is sent anywhere, and the report is the one that verify/qr.py gives.
//
//   const trust = await parseTrust(bytesOfTrustJson);                  // pinned beforehand
//   const report = await verifyQr(text, trust, { asOf: new Date(), statusList });
//   report.conclusion, report.answer, report.headline.zh, report.why.zh, report.checks
//
// Throws QrUnknown when the text is no certificate's code.

import {
  FAILED,
  GENUINE,
  INDETERMINATE,
  PASSED,
  checkAddress,
  checkSignature,
  checkStatus,
  checkValidity,
  findKey,
  finding,
  periodWords,
} from "./checks.js";
import { QrAltered, QrUnknown, readQr } from "./qr.js";
import { LABELS, QR_FIELDS, TYPES } from "./sentences.js";
import { judgeExtra } from "./shown-codes.js";
import { CHANGED_TO } from "./tables.js";
import { nameOf, parseTrust, TrustMalformed, typeOf } from "./trust.js";
import { both, instant, moment, say } from "./words.js";

export { parseTrust, QrUnknown, TrustMalformed };

const KIND = "certificate-qr";
const REPORT_VERSION = 1;
const IN_FORCE = "in-force";
const ENDINGS = new Set(["ended", ...Object.values(CHANGED_TO).filter((state) => ![IN_FORCE, "suspended"].includes(state))]);

/** Verify the text of a QR code as of a Date, with the bytes of a status list where there is one. */
export async function verifyQr(text, trust, { asOf, statusList = null }) {
  const askedAt = asOf.getTime() * 1000;
  let signed;
  try {
    signed = await readQr(text);
  } catch (error) {
    if (error instanceof QrAltered) return unreadable(error.host, trust, askedAt);
    throw error;
  }
  const { host, payload, extra, message } = signed;
  const issuedAt = extra === null ? payload.issuedAt : extra.signedAt;
  const key = findKey({ ...payload, issuedAt, role: "certificate", keyIdPrefix: message.keyIdPrefix }, trust);
  const validity = checkValidity(payload, askedAt);
  const status = await checkStatus(statusList, payload, trust, askedAt);
  const genuine = [
    checkAddress(host, trust, key.pinned !== null),
    finding("form", PASSED, say("qr-whole")),
    key.finding,
    await checkSignature(message, key.pinned, new TextEncoder().encode(host)),
  ];
  const certificate = { kind: KIND, findings: [], facts: [], standing: judge(validity, status, askedAt) };
  const { kind, standing, ...extended } =
    extra === null ? certificate : judgeExtra(extra, certificate.standing, askedAt, { shown, notInForce, unknown });
  const about = { kind, name: payload.licenceId, facts: [...extended.facts, ...facts(payload, trust)] };
  return settle(about, [...genuine, ...extended.findings, validity.finding, status.finding], standing, trust, askedAt);
}

function unreadable(host, trust, askedAt) {
  const findings = [checkAddress(host, trust, false)];
  if (findings[0].outcome === PASSED) findings.push(finding("form", FAILED, say("qr-broken")));
  return settle({ kind: KIND, name: "", facts: [] }, findings, unknown(findings.at(-1).words), trust, askedAt);
}

/** The answer for something genuine by its validity and by what is `known` of its state, in the order of learning. */
export function judge(validity, status, askedAt, known = status.known === null ? [] : [status.known]) {
  const ended = ending(known);
  if (ended !== null) return notInForce(ended.state, ended.asOf, ended.words);
  if (validity.state !== IN_FORCE) return notInForce(validity.state, askedAt, validity.finding.words);
  const last = newest(known);
  if (last === null || !last.fresh) return unknown((last ?? status.finding).words);
  if (last.state !== IN_FORCE) return notInForce(last.state, last.asOf, last.words);
  const headline = say("headline-in-force", { at: moment(last.asOf) });
  return { answer: "IN_FORCE", state: IN_FORCE, asOf: last.asOf, headline, why: last.words };
}

/** The earliest ending that is known, or null. */
export const ending = (known) =>
  known.filter(({ state }) => ENDINGS.has(state)).reduce((one, other) => (one && one.asOf <= other.asOf ? one : other), null);

/** What was learnt last, or null. */
export const newest = (known) => known.reduce((one, other) => (one && one.asOf >= other.asOf ? one : other), null);

/** The answer for something genuine that may not be relied on. */
export function notInForce(state, asOf, why) {
  const headline = say("headline-not-in-force", { state: say(`state-${state}`), at: moment(asOf) });
  return { answer: "NOT_IN_FORCE", state, asOf, headline, why };
}

/** The answer for something of which nobody knows whether it is in force. */
export function unknown(why, headline = say("headline-unknown")) {
  return { answer: "UNKNOWN", state: "unknown", asOf: null, headline, why };
}

/** A fact with its label; a plain value reads the same in both languages. */
export function shown(name, value) {
  return { name, label: own(LABELS, name) ?? both(name, name), value: typeof value === "string" ? both(value, value) : value };
}

const own = (table, key) => (Object.hasOwn(table, key) ? table[key] : undefined);

/** What is shown of a type: a shipped one, one that its issuer registered, or one that nobody described. */
export function described(trust, issuer, code) {
  const words = own(TYPES, code);
  if (words !== undefined) return { words, labels: new Map(), inQr: QR_FIELDS[code] };
  return typeOf(trust, issuer, code) ?? { words: say("undescribed-type", { type: code }), labels: new Map(), inQr: [] };
}

/** A printed field with its type's label; one that the type does not have stands as any other fact. */
export function shownField(type, name, value) {
  const fact = shown(name, value);
  return { ...fact, label: type?.labels.get(name) ?? fact.label };
}

function facts(payload, trust) {
  const type = described(trust, payload.issuer, payload.certificateType);
  return [
    shown("certificate_type", type.words),
    shown("licence_id", payload.licenceId),
    ...payload.fields.map((value, place) => shownField(type, type.inQr[place] ?? `field ${place + 1}`, value)),
    shown("issuer", nameOf(trust, payload.issuer)),
    shown("validity", periodWords(payload)),
  ];
}

/** Make the report on `about` ({kind, name, facts}); `standing` is the answer if the findings show it genuine. */
export function settle(about, findings, standing, trust, askedAt) {
  const genuine = findings.filter((found) => found.concern === GENUINE);
  const conclusion = [FAILED, INDETERMINATE].find((outcome) => genuine.some((found) => found.outcome === outcome)) ?? PASSED;
  let given = standing;
  if (conclusion !== PASSED) {
    const key = conclusion === FAILED ? "headline-failed" : "headline-indeterminate";
    given = unknown(genuine.find((found) => found.outcome === conclusion).words, say(key));
  }
  return {
    v: REPORT_VERSION,
    kind: about.kind,
    subject: about.name,
    conclusion,
    answer: given.answer,
    state: given.state,
    headline: given.headline,
    why: given.why,
    as_of: given.asOf === null ? null : instant(given.asOf),
    asked_at: instant(askedAt),
    checks: findings.map(({ name, outcome, words, concern }, place) => ({
      number: place + 1, name, concern, outcome, ...words,
    })),
    facts: conclusion === FAILED ? [] : about.facts,
    trust: { ...trust.city, sha256: trust.fingerprint },
  };
}
