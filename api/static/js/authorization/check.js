// Checks an authorization's PDF or evidence bundle in this browser; the file goes nowhere.
//
// <input type="file" id="evidence" data-digest="…">   the digest of the text that this page is about
// The trust file is the site's own: who does not trust the site for it uses yinxin verify with one of their own.

import { evidenceIn, NoBundle, textOf, verifyAuthorization } from "../verifier/authorization.js";
import { parseTrust } from "../verifier/verify.js";

const words = JSON.parse(document.getElementById("check-words").textContent);
const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const chosen = document.getElementById("evidence");
const place = document.getElementById("report");
const ICONS = { "TOTAL-PASSED": ["✓", "good"], INDETERMINATE: ["?", "wait"], "TOTAL-FAILED": ["✕", "grave"] };

const element = (name, text, attributes = {}) => {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const line = (check) => {
  const [icon, tone] = ICONS[check.outcome];
  const item = element("li", "");
  item.append(element("span", check[language], { class: "checked", "data-icon": icon, "data-tone": tone }));
  return item;
};

const facts = (report) => {
  const list = element("dl", "", { class: "facts" });
  for (const { label, value } of report.facts) list.append(element("dt", label[language]), element("dd", value[language]));
  return list;
};

/** Show the report; `text` is the exact text, null when the evidence does not hold and nothing in it counts. */
const show = (report, text) => {
  const [icon, tone] = ICONS[report.conclusion];
  const head = element("p", "");
  head.append(element("span", report.headline[language], { class: "state", "data-icon": icon, "data-tone": tone }));
  const list = element("ol", "", { class: "notes" });
  list.append(...report.checks.map(line));
  place.replaceChildren(head, element("p", report.why[language]), list);
  if (text === null) return;
  if (text.digest !== chosen.dataset.digest) place.prepend(element("p", words["check.file_of_another"], { class: "warning" }));
  place.append(facts(report));
  if (text.words === null) place.append(element("p", words["check.file_text_missing"], { class: "warning" }));
  else place.append(element("p", words["check.file_text"]), element("article", text.words, { class: "sheet exact" }));
};

/** The site's trust file could not be fetched or read. */
class NoTrust extends Error {}

const trusted = async () => {
  try {
    const answer = await fetch("/trust.json", { cache: "no-store" });
    return await parseTrust(new Uint8Array(await answer.arrayBuffer()));
  } catch (error) {
    throw new NoTrust("/trust.json", { cause: error });
  }
};

const check = async (file) => {
  place.replaceChildren(element("p", words["check.file_checking"]));
  const trust = await trusted();
  const bytes = evidenceIn(new Uint8Array(await file.arrayBuffer()));
  const report = await verifyAuthorization(bytes, trust, { asOf: new Date() });
  show(report, report.conclusion === "TOTAL-FAILED" ? null : await textOf(bytes));
};

chosen.addEventListener("change", async () => {
  const [file] = chosen.files;
  if (!file) return;
  try {
    await check(file);
  } catch (error) {
    const why = error instanceof NoBundle ? "none" : error instanceof NoTrust ? "trust" : "unexpected";
    place.replaceChildren(element("p", words[`check.file_${why}`]));
    if (why === "unexpected") throw error;
  }
});
