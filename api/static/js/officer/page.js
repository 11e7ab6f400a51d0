// The verifying page: a code comes from the address, the camera, a picture, a PDF or a paste, and is answered at once.

import { show } from "./answer.js";
import { answers, begin, readiness, refresh, refreshSometimes } from "./asking.js";
import { hideComparison, showComparison } from "./comparison.js";
import "./install.js";
import { isPdf, openPrint } from "./printed.js";
import { readPicture } from "./reader.js";
import { start, stop, tellReading } from "./scanning.js";
import { keepShell } from "./shell.js";
import { language } from "./wording.js";

const by = (id) => document.getElementById(id);
let question = 0; // an answer that comes after the next question is not shown
let asked = null; // the text in question
let print = null; // the file that it was read from, where that is a PDF

// ---- the answer

async function verify(text, from = null) {
  const mine = ++question;
  asked = text;
  if (print !== from) print?.close();
  print = from;
  hideComparison();
  by("again").hidden = false;
  if (by("scan").contains(document.activeElement)) by("again").focus({ preventScroll: true });
  stop();
  by("scan").hidden = true;
  let last = null;
  for await (const answer of answers(text)) {
    if (mine !== question) return null;
    last = answer;
    const differing = print && answer.report ? showComparison(answer.report, print, language) : null;
    show(answer, differing);
  }
  tellReadiness();
  return last;
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
  return verify(written, from);
}

async function verifyAddress() {
  return location.hash.length > 1 ? verify(`${location.origin}/c${location.hash}`) : null;
}

async function readFile(file) {
  if (!(await isPdf(file))) return arrive(await readPicture(file));
  const opened = await openPrint(file);
  return arrive(opened.code, opened);
}

by("start").addEventListener("click", () => start(arrive));
by("stop").addEventListener("click", stop);
by("again").addEventListener("click", () => {
  question += 1;
  asked = null;
  history.replaceState(null, "", location.pathname + location.search);
  by("answer").hidden = true;
  by("again").hidden = true;
  by("scan").hidden = false;
  start(arrive);
});
by("picture").addEventListener("change", async () => {
  const [file] = by("picture").files;
  if (!file) return;
  by("hint").textContent = "";
  await readFile(file).catch(tellReading);
  by("picture").value = "";
});
by("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  arrive(by("pasted").value);
});
addEventListener("hashchange", verifyAddress);
addEventListener("online", async () => {
  if (asked !== null) return void verify(asked, print);
  await refresh();
  tellReadiness();
});
document.addEventListener("visibilitychange", async () => {
  if (document.visibilityState !== "visible") return;
  await refreshSometimes();
  tellReadiness();
});

// ---- opening the page

await begin();
const answered = await verifyAddress();
if (asked === null) await refresh();
else if (answered?.report?.conclusion !== "TOTAL-PASSED" && (await refreshSometimes())) await verify(asked);
tellReadiness();
keepShell();
