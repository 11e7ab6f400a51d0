// Checks in this browser what a holder shows by a link: the bundle is fetched once more and verified here.

import { element, NoTrust, told, trusted } from "../check_report.js";
import { busy, send } from "../house.js";
import { verifyEvidence } from "../verifier/evidence.js";

const button = document.getElementById("check-shown");
const place = document.getElementById("report");
const words = JSON.parse(document.getElementById("shown-words").textContent);

const check = async () => {
  const answer = await fetch(button.dataset.bundle, { cache: "no-store" });
  if (!answer.ok) return void (await send("GET", button.dataset.bundle)); // which says why in its one sentence
  try {
    const report = await verifyEvidence(new Uint8Array(await answer.arrayBuffer()), await trusted(), { asOf: new Date() });
    place.replaceChildren(...told(report));
  } catch (error) {
    if (!(error instanceof NoTrust)) throw error;
    place.replaceChildren(element("p", words["showing.no_trust"]));
  }
  return undefined;
};

button.addEventListener("click", () => busy(button, check));
