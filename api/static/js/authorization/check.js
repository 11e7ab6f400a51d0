// Checks an authorization's PDF or evidence bundle in this browser; the file goes nowhere.
//
// <input type="file" id="evidence" data-digest="…">   the digest of the text that this page is about

import { element, language, NoTrust, told, trusted } from "../check_report.js";
import { evidenceIn, NoBundle, textOf, verifyAuthorization } from "../verifier/authorization.js";

const words = JSON.parse(document.getElementById("check-words").textContent);
const chosen = document.getElementById("evidence");
const place = document.getElementById("report");

const facts = (report) => {
  const list = element("dl", "", { class: "facts" });
  for (const { label, value } of report.facts) list.append(element("dt", label[language]), element("dd", value[language]));
  return list;
};

/** Show the report; `text` is the exact text, null when the evidence does not hold and nothing in it counts. */
const show = (report, text) => {
  place.replaceChildren(...told(report));
  if (text === null) return;
  if (text.digest !== chosen.dataset.digest) place.prepend(element("p", words["check.file_of_another"], { class: "warning" }));
  place.append(facts(report));
  if (text.words === null) place.append(element("p", words["check.file_text_missing"], { class: "warning" }));
  else place.append(element("p", words["check.file_text"]), element("article", text.words, { class: "sheet exact" }));
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
