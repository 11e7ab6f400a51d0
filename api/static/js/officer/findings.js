// The findings of the visit that is under way, in the memory of this page and on the device.
//
// A visit begins with its first finding and is open until the officer sends it. An answer to the same question
// replaces the one before it; one to a question asked again, after the network came back, is set beside it where the
// word differs. Throws VisitFull.

import { summary } from "./answer.js";
import { all, get, put, wipe } from "./device.js";
import { isPresentation } from "./presented.js";
import { language } from "./wording.js";

const KEY = "officer.word.";
const OF_ALL = ["certificate_type", "licence_id", "issuer", "validity"]; // facts that name no single certificate

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

/** Take down an answer of `asking.js`; `before` is what the same code was answered when it was asked earlier. Tells
 * whether the word is another one now. */
export async function take(finding, answer, { before = null, differs = false } = {}) {
  if (before !== null && isPresentation(answer.report)) return false; // what it proved, it proved in its minute
  const { word, icon } = summary(answer);
  const given = {
    word: differs ? "differs" : word.slice(KEY.length), icon: differs ? "✕" : icon,
    answered_at: new Date().toISOString(), online: answer.online === true, as_of: answer.report?.as_of ?? null,
  };
  const changed = before !== null && before.word !== given.word;
  if (changed) Object.assign(finding, { earlier: before, changed });
  finding.answered = given;
  finding.settled = given.online || answer.final === true || isPresentation(answer.report);
  if (answer.report?.conclusion === "TOTAL-PASSED") {
    finding.licence = answer.report.subject;
    finding.name = answer.report.facts.find(({ name }) => !OF_ALL.includes(name))?.value[language] ?? "";
  }
  finding.visit ??= await placeInVisit();
  if (!(await get("findings", finding.id))?.sent) await put("findings", finding); // what was sent stays as it was sent
  return changed;
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

/** The photographs of a finding. */
export const photographsOf = async (id) => (await all("photographs")).filter(({ finding }) => finding === id);

export { wipe };
