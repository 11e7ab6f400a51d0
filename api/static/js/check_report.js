// A verifier's report as part of a page, and the trust file of the site that it was made with.
//
// The trust file is the site's own: who does not trust the site for it uses yinxin verify with one of their own.

import { parseTrust } from "./verifier/verify.js";

export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const ICONS = { "TOTAL-PASSED": ["✓", "good"], INDETERMINATE: ["?", "wait"], "TOTAL-FAILED": ["✕", "grave"] };

export const element = (name, text, attributes = {}) => {
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

/** The headline, the reason and the checks of a report. */
export const told = (report) => {
  const [icon, tone] = report.answer === "NOT_IN_FORCE" ? ["⊘", "grave"] : ICONS[report.conclusion];
  const head = element("p", "");
  head.append(element("span", report.headline[language], { class: "state", "data-icon": icon, "data-tone": tone }));
  const list = element("ol", "", { class: "notes" });
  list.append(...report.checks.map(line));
  return [head, element("p", report.why[language]), list];
};

/** The site's trust file could not be fetched or read. */
export class NoTrust extends Error {}

export const trusted = async () => {
  try {
    const answer = await fetch("/trust.json", { cache: "no-store" });
    return await parseTrust(new Uint8Array(await answer.arrayBuffer()));
  } catch (error) {
    throw new NoTrust("/trust.json", { cause: error });
  }
};
