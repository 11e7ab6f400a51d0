// The findings of the visit that is under way, in the memory of this page and on the device.
//
// A visit begins with its first finding and is open until the officer sends it. An answer to the same question
// replaces the one before it, unless it knows less; one to a question asked again, after the network came back, is set
// beside it where the word differs. Throws VisitFull.

import { ENDINGS } from "../verifier/tables.js";
import { summary } from "./answer.js";
import { all, change, get, put, wipe } from "./device.js";
import { isPresentation } from "./presented.js";
import { language } from "./wording.js";

const KEY = "officer.word.";
const OF_ALL = ["certificate_type", "licence_id", "issuer", "validity"]; // facts that name no single certificate

const PASSED = "TOTAL-PASSED";
const STAYS = ["differs", "not_genuine", ...ENDINGS.map((state) => state.replaceAll("-", "_"))]; // words that nothing offline mends
const MOST = 200; // findings of one visit, as the server takes them

/** The visit has as many findings as it may have. */
export class VisitFull extends Error {}

/** The open visit, begun where there is none. */
async function openVisit() {
  const open = (await all("visits")).find((visit) => visit.state === "open");
  if (open) return open;
  const begun = { id: crypto.randomUUID(), site: "", begun_at: new Date().toISOString(), state: "open", next: null };
  await put("visits", begun);
  return begun;
}

async function placeInVisit() {
  const { id } = await openVisit();
  if ((await findingsOf(id)).length >= MOST) throw new VisitFull();
  return id;
}

/** The finding of the same code in the visit that is under way, where no file was compared; undefined without one. */
export async function same(text) {
  const own = (await current())?.findings ?? [];
  return own.find((finding) => finding.text === text && finding.answered.word !== "differs");
}

/** Begin a finding for a code; nothing is kept before it is answered. */
export function begin(text) {
  return { id: crypto.randomUUID(), visit: null, text, answered: null, earlier: null, changed: false, settled: false,
    licence: "", name: "", compared: {}, note: "" };
}

/** Take down an answer of `asking.js`; `before` is what the same code was answered when it was asked earlier, and
 * `compared` what a file's comparison found. Tells whether the word is another one now. Only the answer is written, so
 * that what the officer adds meanwhile stays. */
export async function take(finding, answer, { before = null, differs = false, compared = {} } = {}) {
  if (before !== null && isPresentation(answer.report)) return false; // what it proved, it proved in its minute
  const begun = finding.visit !== null;
  finding.visit ??= await placeInVisit();
  let changed = false;
  const write = (kept) => (changed = kept.sent ? changed : answerIn(kept, answer, { before, differs, compared }));
  changed = answerIn(finding, answer, { before, differs, compared });
  if (begun) await change("findings", finding.id, write); // what was sent stays as it was sent
  else await put("findings", finding);
  return changed;
}

/** Write the answer into a finding, unless that knows better; tells whether the word is another one than `before`. */
function answerIn(finding, answer, { before, differs, compared }) {
  const { word, icon } = summary(answer);
  const passed = answer.report?.conclusion === PASSED;
  const forged = differs || (passed && finding.answered?.word === "differs"); // a false print stays one without its file
  const given = {
    word: forged ? "differs" : word.slice(KEY.length), icon: forged ? "✕" : icon,
    answered_at: new Date().toISOString(), online: answer.online === true, as_of: answer.report?.as_of ?? null,
  };
  if (weaker(given, finding.answered)) return false;
  const changed = before !== null && before.word !== given.word;
  if (changed) Object.assign(finding, { earlier: before, changed });
  finding.answered = given;
  finding.settled = given.online || answer.final === true || isPresentation(answer.report);
  Object.assign(finding.compared, compared);
  if (passed) {
    finding.licence = answer.report.subject;
    finding.name = answer.report.facts.find(({ name }) => !OF_ALL.includes(name))?.value[language] ?? "";
  }
  return changed;
}

/** Whether an answer knows less than the one that is there: it was given without a network, where the other was not, or
 * where the other can only be gainsaid with one. */
function weaker(given, there) {
  if (there === null || given.online) return false;
  return there.online || (STAYS.includes(there.word) && !STAYS.includes(given.word));
}

/** The open visit with its findings, the newest first; null where nothing was found yet. */
export async function current() {
  const visit = (await all("visits")).find(({ state }) => state === "open");
  if (!visit) return null;
  return { visit, findings: await findingsOf(visit.id) };
}

/** The findings of a visit, the newest first. */
export async function findingsOf(visit) {
  const own = (await all("findings")).filter((finding) => finding.visit === visit && finding.answered);
  return own.sort((one, other) => (one.answered.answered_at < other.answered.answered_at ? 1 : -1));
}

/** The visits that were closed, the newest first. */
export async function closed() {
  const own = (await all("visits")).filter(({ state }) => state !== "open");
  return own.sort((one, other) => (one.begun_at < other.begun_at ? 1 : -1));
}

/** The findings that a network may yet answer better. */
export const unsettled = async () => (await all("findings")).filter((finding) => finding.answered && !finding.settled && !finding.sent);

/** The finding of an id, as it is on the device. */
export const finding = (id) => get("findings", id);

/** The photographs of a finding. */
export const photographsOf = async (id) => (await all("photographs")).filter(({ finding }) => finding === id);

export { wipe };
