// Checks an agreement's evidence pack or bundle in this browser; the file goes nowhere.
//
// <input type="file" id="evidence" data-agreement="…">   the 32 hexadecimal digits of this page's agreement

import { element, NoTrust, told, trusted } from "../check_report.js";
import { NoBundle, verifyAgreement } from "../verifier/agreement.js";

const words = JSON.parse(document.getElementById("check-words").textContent);
const chosen = document.getElementById("evidence");
const place = document.getElementById("report");

const check = async (file) => {
  place.replaceChildren(element("p", words["agreement.check_checking"]));
  const trust = await trusted();
  const report = await verifyAgreement(new Uint8Array(await file.arrayBuffer()), trust, { asOf: new Date() });
  place.replaceChildren(...told(report));
  const another = report.subject !== "" && report.subject !== chosen.dataset.agreement;
  if (another) place.prepend(element("p", words["agreement.check_of_another"], { class: "warning" }));
};

chosen.addEventListener("change", async () => {
  const [file] = chosen.files;
  if (!file) return;
  try {
    await check(file);
  } catch (error) {
    const why = error instanceof NoBundle ? "none" : error instanceof NoTrust ? "trust" : "unexpected";
    place.replaceChildren(element("p", words[`agreement.check_${why}`]));
    if (why === "unexpected") throw error;
  }
});
