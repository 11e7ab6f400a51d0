// The verifying page: a code comes from the address, the camera, a picture, a PDF or a paste, and is answered at once.

import { show } from "./answer.js";
import { answers, begin, readiness, refresh, refreshSometimes } from "./asking.js";
import { ReadingProblem } from "./camera.js";
import { hideComparison, showComparison } from "./comparison.js";
import * as findings from "./findings.js";
import "./install.js";
import { hideNotes, showNotes, ticked } from "./notes.js";
import { isPdf, openPrint } from "./printed.js";
import { fetchReader, load, readPicture } from "./reader.js";
import { start, stop, tellReading } from "./scanning.js";
import { keepShell } from "./shell.js";
import { alarm, askAgain, beginVisits, sendWaiting, showVisit } from "./visit.js";
import { language, sentence } from "./wording.js";

const PASSED = "TOTAL-PASSED";
const PAUSE = 600; // milliseconds
const by = (id) => document.getElementById(id);
let question = 0; // an answer that comes after the next question is not shown
let asked = null; // the text in question
let finding = null; // what is set down of it
let print = null; // the file that its code was read from, where that is a PDF
let scanning = false; // whether the camera stays open from code to code

// ---- the answer

/** Answer a code; `known` is a finding that was there before, `from` the file that it was read from. */
async function verify(text, { known = null, from = null } = {}) {
  const mine = ++question;
  if (print !== from) print?.close();
  print = from;
  asked = text;
  finding = known;
  hideComparison();
  hideNotes();
  leaveScan();
  let own = known, before = known?.answered ?? null, last = null, changed = false;
  for await (const answer of answers(text)) {
    if (mine !== question) return null;
    last = answer;
    const found = print && answer.report ? showComparison(answer.report, print, language) : { pairs: [], differing: null };
    show(answer, found.differing ?? earlierDiffering(known, answer));
    await onDevice(async () => {
      if (own === null) {
        own = (from ? undefined : await findings.same(text)) ?? findings.begin(text);
        before = own.answered;
      }
      const compared = ticked(found.pairs), differs = found.differing !== null;
      changed = await findings.take(own, answer, { before, differs, compared });
      if (mine !== question) return;
      finding = own;
      await showNotes(own, answer.report?.conclusion === PASSED ? answer.report.facts : []);
    });
  }
  if (mine !== question) return null;
  if (changed) alarm([own]);
  tellReadiness();
  await onDevice(showVisit);
  if (scanning) await onDevice(askAgain); // what the next code cut short
  return last;
}

/** The labels of what a file printed otherwise that is not open any more; null where it did not. */
function earlierDiffering(known, { report }) {
  if (known?.answered.word !== "differs") return null;
  return (report?.facts ?? []).filter(({ name }) => known.compared[name] === "differs").map(({ label }) => label[language]);
}

/** Do what this device keeps; where it cannot, the answer stands all the same. */
async function onDevice(work) {
  if (!globalThis.isSecureContext) return;
  try {
    await work();
  } catch (error) {
    const full = error instanceof findings.VisitFull;
    if (!full && !(error instanceof DOMException)) throw error;
    by("visit").hidden = false;
    by("visit-hint").textContent = sentence(full ? "officer.problem.visit_full" : "officer.problem.device");
  }
}

function leaveScan() {
  document.body.classList.toggle("continuous", scanning);
  if (scanning) return;
  by("again").hidden = false;
  if (by("scan").contains(document.activeElement)) by("again").focus({ preventScroll: true });
  stop();
  by("scan").hidden = true;
}

/** Go on with what waits for a network. */
async function resume() {
  await askAgain();
  await sendWaiting();
}

function tellReadiness() {
  by("ready").textContent = readiness();
}

// ---- where codes come from

/** A code that was read: kept in the address if it is this site's, so that a reload or the other language shows it. */
function arrive(text, from = null) {
  const written = text.trim();
  const own = `${location.origin}/c#`;
  if (written.startsWith(own)) history.replaceState(null, "", `${location.pathname}${location.search}#${written.slice(own.length)}`);
  return verify(written, { from });
}

async function verifyAddress() {
  return location.hash.length > 1 ? verify(`${location.origin}/c${location.hash}`) : null;
}

/** Read a file and answer its code, unless something else is asked meanwhile. */
async function readFile(file) {
  const mine = ++question;
  by("hint").textContent = sentence("officer.reading");
  try {
    const opened = (await isPdf(file)) ? await openPrint(file) : null;
    const text = opened?.code ?? (await readPicture(file));
    if (mine !== question) return opened?.close();
    by("hint").textContent = "";
    return await arrive(text, opened);
  } catch (problem) {
    if (mine === question) tellReading(problem);
    else if (!(problem instanceof ReadingProblem)) throw problem;
    return undefined;
  }
}

/** Do `work` after a pause, so that whoever presses at once is not kept waiting by it. */
const afterPause = (work) => new Promise((done) => setTimeout(() => done(work()), PAUSE));

function scan() {
  scanning = by("continuous").checked;
  return start(arrive);
}

by("start").addEventListener("click", scan);
by("stop").addEventListener("click", () => {
  scanning = false;
  stop();
  document.body.classList.remove("continuous");
});
by("again").addEventListener("click", () => {
  question += 1;
  asked = null;
  history.replaceState(null, "", location.pathname + location.search);
  by("answer").hidden = true;
  by("again").hidden = true;
  by("scan").hidden = false;
  scan();
});
by("picture").addEventListener("change", async () => {
  const [file] = by("picture").files;
  if (!file) return;
  const reading = readFile(file);
  by("picture").value = ""; // so that the same one can be chosen again
  await reading;
});
by("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  arrive(by("pasted").value);
});
addEventListener("hashchange", verifyAddress);
addEventListener("online", async () => {
  if (asked !== null) await verify(asked, { known: finding, from: print });
  else await refresh();
  tellReadiness();
  await onDevice(resume);
});
document.addEventListener("visibilitychange", async () => {
  if (document.visibilityState !== "visible") return;
  await refreshSometimes();
  tellReadiness();
});

// ---- opening the page

fetchReader().catch(() => {}); // load tries again
await begin();
beginVisits((chosen) => onDevice(async () => {
  const known = await findings.finding(chosen); // as it is now: the row was drawn before the last note
  if (!known) return;
  scanning = false;
  scrollTo(0, 0);
  await verify(known.text, { known });
}));
await onDevice(showVisit);
const answered = await verifyAddress();
const prepared = afterPause(load).catch(() => {}); // whoever scans is told why not
if (asked === null) await refresh();
else if (answered?.report?.conclusion !== PASSED && (await refreshSometimes())) await verify(asked, { known: finding });
tellReadiness();
await onDevice(resume);
await prepared;
keepShell();
