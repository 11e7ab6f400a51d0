// Answers a code, again and again as more is known; whoever asks shows the answers as they come.
//
//   for await (const { report, problem, online, final, freshness } of answers(text)) …
//
// 1. on this device, with the pinned keys and the status list that are kept here, network or not;
// 2. again with those just fetched, when there is a network;
// 3. online, where the agency's record and the chain are asked.
//
// Only a genuine code of this city goes beyond 1: what a stranger's code says causes no request at all.

import { Problem, send } from "../house.js";
import { readQr } from "../verifier/qr.js";
import { ENDINGS } from "../verifier/tables.js";
import { QrUnknown, verifyQr } from "../verifier/verify.js";
import { AnsweredOtherwise, fetched, kept } from "./anchors.js";
import { age, language, sentence } from "./wording.js";

const PASSED = "TOTAL-PASSED";
const FRESH_ENOUGH = 10 * 60e3; // milliseconds until what is kept is fetched again when the page is looked at
const PATIENCE = 20_000; // milliseconds until a bad network counts as none
let anchors = null; // the best that this device has
let otherwise = false; // whether the network answered with something that is not this site's
let fetching = null;

/** Take up what this device keeps. */
export async function begin() {
  anchors = globalThis.crypto?.subtle ? await kept() : null;
}

/** Fetch keys and lists, once for all who ask meanwhile; tells whether that succeeded. */
export function refresh() {
  fetching ??= fetchAnchors().finally(() => (fetching = null));
  return fetching;
}

async function fetchAnchors() {
  otherwise = false;
  if (!navigator.onLine) return false;
  try {
    anchors = await fetched();
  } catch (error) {
    otherwise = error instanceof AnsweredOtherwise;
    return false;
  }
  return true;
}

/** Fetch them again where they are not of these minutes; tells whether they came. */
export async function refreshSometimes() {
  if (anchors && Math.abs(Date.now() - anchors.fetchedAt) < FRESH_ENOUGH) return false;
  return refresh();
}

/** What this device could answer without a network, as a sentence, or two. */
export function readiness() {
  if (!anchors) return behind(sentence("officer.unready"));
  const { listedAt, fetchedAt, trust } = anchors;
  if (anchors.tooOld()) return behind(old());
  const facts = { city: trust.city[language], keys: age(fetchedAt), list: listedAt === null ? "" : age(listedAt) };
  return behind(sentence(listedAt === null ? "officer.ready_keys" : "officer.ready", facts));
}

/** A sentence about this device, behind the one on a network that answered for another. */
function behind(text) {
  return otherwise ? `${sentence("officer.other")}${language === "zh" ? "" : " "}${text}` : text;
}

/** The answers to `text`, each better than the one before it; `fresh` where keys and lists were fetched just now. */
export async function* answers(text, fresh = null) {
  if (!globalThis.crypto?.subtle) return yield { problem: sentence("officer.problem.insecure") };
  if (anchors) {
    const first = await here(text, sentence("officer.online"));
    yield first;
    if (first.report?.conclusion !== PASSED) return undefined;
  }
  const network = fresh ?? (await refresh());
  if (!anchors) return yield { problem: behind(sentence("officer.problem.unready")) };
  const second = await here(text, network ? sentence("officer.online") : offline());
  yield second;
  if (network && second.report?.conclusion === PASSED) yield online(text, second);
  return undefined;
}

async function here(text, freshness) {
  let report;
  try {
    report = await verifyQr(text, anchors.trust, { asOf: new Date(), statusList: await listFor(text) });
  } catch (error) {
    if (!(error instanceof QrUnknown)) throw error;
    return { problem: sentence("officer.problem.unknown"), final: true, freshness: sentence("officer.not_asked") };
  }
  const final = report.conclusion === "TOTAL-FAILED"; // what is false stays false
  if (report.conclusion !== PASSED) return { report, online: false, final, freshness: sentence("officer.not_asked") };
  return { report: weighed(report), online: false, freshness };
}

/** Keys that are older than the policy allows prove no more that a certificate is in force; and a clock that is behind
 * tells neither what is in force nor what is expired or not yet valid. What has ended stays ended. */
function weighed(report) {
  const old = anchors.tooOld();
  if (anchors.clockBehind() && !ENDINGS.includes(report.state)) return unknown(report, "officer.clock_behind");
  if (report.answer === "IN_FORCE" && (old === "keys" || old === "both")) return unknown(report, "officer.keys_old");
  return report;
}

/** What the city answers about a code that this device proved: whether it is in force. What it says and how it was
 * proved stays as found here; so does an ending that its issuer signed. */
async function online(text, before) {
  try {
    const told = await send("POST", "/api/verifications", { qr: text }, PATIENCE);
    if (!told?.conclusion) throw new Problem({ detail: sentence("officer.other") }); // a gateway's page
    if (told.conclusion !== PASSED || told.subject !== before.report.subject) return { ...before, report: unknown(before.report, "officer.online_other") };
    if (ENDINGS.includes(before.report.state) && !ENDINGS.includes(told.state)) return { ...before, final: true };
    const { answer, state, as_of, why, witness } = told;
    return { report: { ...before.report, answer, state, as_of, why }, online: true, freshness: witness?.[language] ?? "" };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return { ...before, freshness: sentence("officer.online_failed", { reason: problem.message }) };
  }
}

function unknown(report, key) {
  return { ...report, answer: "UNKNOWN", state: "unknown", as_of: null, why: { [language]: sentence(key) } };
}

async function listFor(text) {
  try {
    return anchors.lists.get((await readQr(text)).payload.issuer) ?? null;
  } catch {
    return null; // what is wrong with the code is for the verifier to say
  }
}

function offline() {
  if (anchors.tooOld()) return behind(old());
  const { listedAt, fetchedAt } = anchors;
  const facts = { keys: age(fetchedAt), list: listedAt === null ? "" : age(listedAt) };
  return behind(sentence(listedAt === null ? "officer.offline_none" : "officer.offline", facts));
}

/** Which of both is too old, how old, and what to do. */
function old() {
  const { listedAt, fetchedAt, trust } = anchors;
  const facts = { keys: age(fetchedAt), list: listedAt === null ? "" : age(listedAt), hours: trust.maxAgeHours };
  return sentence(`officer.old.${anchors.tooOld()}`, facts);
}
