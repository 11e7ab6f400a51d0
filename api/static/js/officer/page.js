// The verifying page: a code comes from the address, the camera, a picture or a paste, and is answered at once.
//
// 1. on this device, with the pinned keys and the status list that are kept here, network or not;
// 2. again with those just fetched, when there is a network;
// 3. online, where the agency's record and the chain are asked; only for a genuine code of this city.

import { Problem, send } from "../house.js";
import { readQr } from "../verifier/qr.js";
import { QrUnknown, verifyQr } from "../verifier/verify.js";
import { fetched, kept } from "./anchors.js";
import { age, language, sentence, show, showProblem } from "./answer.js";
import "./install.js";
import { ReadingProblem, readPicture, watch } from "./reader.js";
import { keepShell } from "./shell.js";

const PASSED = "TOTAL-PASSED";
const by = (id) => document.getElementById(id);
let anchors = null; // the best that this device has
let question = 0; // an answer that comes after the next question is not shown
let asked = null; // the text in question
let camera = null;

// ---- the answer

async function verify(text) {
  const mine = ++question;
  asked = text;
  by("again").hidden = false;
  if (by("scan").contains(document.activeElement)) by("again").focus({ preventScroll: true });
  stopCamera();
  by("scan").hidden = true;
  if (!globalThis.crypto?.subtle) return showProblem(sentence("officer.problem.insecure"));
  if (anchors) await answerHere(text, mine, sentence("officer.online"));
  const fresh = await refresh();
  if (mine !== question) return undefined;
  if (!anchors) return showProblem(sentence("officer.problem.unready"));
  const report = await answerHere(text, mine, fresh ? sentence("officer.online") : offline());
  if (fresh && report?.conclusion === PASSED) await answerOnline(text, mine, report);
  return undefined;
}

async function answerHere(text, mine, freshness) {
  let report;
  try {
    report = await verifyQr(text, anchors.trust, { asOf: new Date(), statusList: await listFor(text) });
  } catch (error) {
    if (!(error instanceof QrUnknown)) throw error;
    if (mine === question) showProblem(sentence("officer.problem.unknown"), sentence("officer.not_asked"));
    return null;
  }
  const genuine = report.conclusion === PASSED;
  if (mine === question) show(report, { online: false, freshness: genuine ? freshness : sentence("officer.not_asked") });
  return report;
}

async function answerOnline(text, mine, here) {
  try {
    const report = await send("POST", "/api/verifications", { qr: text });
    if (mine === question) show(report, { online: true, freshness: report.witness?.[language] ?? "" });
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const freshness = sentence("officer.online_failed", { reason: problem.message });
    if (mine === question) show(here, { online: false, freshness });
  }
}

async function listFor(text) {
  try {
    return anchors.lists.get((await readQr(text)).payload.issuer) ?? null;
  } catch {
    return null; // what is wrong with the code is for the verifier to say
  }
}

function offline() {
  const { listedAt } = anchors;
  return listedAt === null ? sentence("officer.offline_none") : sentence("officer.offline", { age: age(listedAt) });
}

// ---- what is kept on this device

async function refresh() {
  if (!navigator.onLine) return false;
  try {
    anchors = await fetched();
    return true;
  } catch {
    return false;
  } finally {
    tellReadiness();
  }
}

function tellReadiness() {
  if (!anchors) return void (by("ready").textContent = sentence("officer.unready"));
  const { listedAt, trust } = anchors;
  const facts = { city: trust.city[language], age: listedAt === null ? "" : age(listedAt) };
  by("ready").textContent = sentence(listedAt === null ? "officer.ready_keys" : "officer.ready", facts);
}

// ---- where codes come from

async function startCamera() {
  by("start").disabled = true;
  by("viewfinder").hidden = false;
  by("hint").textContent = sentence("officer.opening");
  try {
    camera = await watch(by("video"), arrive);
    by("hint").textContent = sentence("officer.looking");
    by("stop").hidden = false;
    by("stop").focus({ preventScroll: true });
    by("start").hidden = true;
  } catch (problem) {
    stopCamera();
    tellReading(problem);
  }
}

function stopCamera() {
  camera?.stop();
  camera = null;
  by("viewfinder").hidden = true;
  by("stop").hidden = true;
  by("start").hidden = false;
  by("start").disabled = false;
  by("hint").textContent = "";
}

function tellReading(problem) {
  if (!(problem instanceof ReadingProblem)) throw problem;
  by("hint").textContent = sentence(problem.key);
}

/** A code that was read: kept in the address if it is this site's, so that a reload or the other language shows it. */
function arrive(text) {
  const written = text.trim();
  const own = `${location.origin}/c#`;
  if (written.startsWith(own)) history.replaceState(null, "", `${location.pathname}${location.search}#${written.slice(own.length)}`);
  navigator.vibrate?.(60);
  verify(written);
}

function verifyAddress() {
  if (location.hash.length > 1) verify(`${location.origin}/c${location.hash}`);
}

by("start").addEventListener("click", startCamera);
by("stop").addEventListener("click", stopCamera);
by("again").addEventListener("click", () => {
  question += 1;
  asked = null;
  history.replaceState(null, "", location.pathname + location.search);
  by("answer").hidden = true;
  by("again").hidden = true;
  by("scan").hidden = false;
  startCamera();
});
by("picture").addEventListener("change", async () => {
  const [file] = by("picture").files;
  if (!file) return;
  by("hint").textContent = "";
  await readPicture(file).then(arrive, tellReading);
  by("picture").value = "";
});
by("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  arrive(by("pasted").value);
});
addEventListener("hashchange", verifyAddress);
addEventListener("online", () => (asked === null ? refresh() : verify(asked)));

// ---- opening the page

anchors = globalThis.crypto?.subtle ? await kept() : null;
verifyAddress();
if (asked === null) await refresh();
keepShell();
