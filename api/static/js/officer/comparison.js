// Shows side by side what a file prints and what its code signs: what differs first, large and in words.

import { compare } from "./comparing.js";
import { element, icon, sentence } from "./wording.js";

const ICONS = { same: "✓", differs: "✕", missing: "?" };
const ORDER = ["differs", "missing", "same"];
const place = document.querySelector('[data-part="printed"]');
const part = (name) => place.querySelector(`[data-part="${name}"]`);

/** Compare and show; gives the pairs, and `differing`: the labels of what differs, empty for what was put on the page
 * later, null when all agrees. */
export function showComparison(report, print, language) {
  const pairs = report.conclusion === "TOTAL-PASSED" ? compare(report.facts, print.items) : [];
  const named = (state) => pairs.filter((pair) => pair.state === state);
  const differing = named("differs"), missing = named("missing");
  place.hidden = pairs.length === 0;
  if (!pairs.length) return { pairs, differing: null };
  const state = differing.length || print.annotated ? "differs" : missing.length ? "missing" : "same";
  const counts = { differs: differing.length, missing: missing.length, same: named("same").length };
  const key = !differing.length && print.annotated ? "annotated" : state;
  part("compared").replaceChildren(icon(ICONS[state]), sentence(`officer.compared.${key}`, counts));
  part("compared").dataset.state = state;
  const rows = ORDER.flatMap(named).map((pair) => row(pair, print, language));
  part("pairs").replaceChildren(...rows.filter(({ dataset }) => dataset.state !== "same"));
  part("agreeing").replaceChildren(...rows.filter(({ dataset }) => dataset.state === "same"));
  part("agree").hidden = counts.same === 0;
  part("agree").querySelector("summary").textContent = sentence("officer.compared.agreeing", counts);
  return { pairs, differing: state === "differs" ? differing.map(({ label }) => label[language]) : null };
}

export function hideComparison() {
  place.hidden = true;
}

function row(pair, print, language) {
  const line = element("li");
  line.dataset.state = pair.state;
  const title = element("h3", pair.label[language]);
  const said = element("p", "", "told");
  said.append(icon(ICONS[pair.state]), sentence(`officer.pair.${pair.state}`));
  const both = element("dl", "", "both");
  const printed = element("dd", pair.printed || sentence("officer.pair.nothing"));
  both.append(element("dt", sentence("officer.pair.printed")), printed);
  both.append(element("dt", sentence("officer.pair.signed")), element("dd", pair.signed));
  line.append(title, said, both);
  if (pair.box) {
    const picture = print.crop(pair.box);
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", sentence("officer.pair.picture", { label: pair.label[language] }));
    line.append(picture);
  }
  return line;
}
