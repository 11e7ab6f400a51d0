// Shows a report: one large word with its time, one line why, how fresh it is, then the facts and the grounds.

import { ENDINGS } from "../verifier/tables.js";
import { tellBearer } from "./presented.js";
import { cityTime, element, language, sentence, sentences } from "./wording.js";

const ICONS = { good: "✓", dated: "✓", stop: "✕", grave: "✕", unknown: "?" };
const UNKNOWN = { tone: "unknown", word: "officer.word.unknown", since: [] };
const OUTCOMES = { "TOTAL-PASSED": ["✓", "good"], INDETERMINATE: ["?", "wait"], "TOTAL-FAILED": ["✕", "stop"] };
const place = document.getElementById("answer");
const part = (name) => place.querySelector(`[data-part="${name}"]`);

/** Show an answer of `asking.js`; what was checked online is green, and that alone. `differing` are the labels of what a
 * file prints otherwise than its code says; empty where it prints more than its agency did. */
export function show({ report, problem, online, freshness = "" }, differing = null) {
  if (!report) return showProblem(problem, freshness);
  const verdict = differing && report.conclusion === "TOTAL-PASSED" ? altered(report, online) : verdictOf(report, online);
  tell(verdict, verdict.why?.(differing) ?? report.why[language], freshness);
  tellFacts(report);
  tellBearer(report, part("bearer"), sentence);
  part("checks").replaceChildren(...report.checks.map(check));
  part("fingerprint").textContent = grouped(report.trust.sha256);
  part("grounds").hidden = false;
}

/** The word, the icon and the tone of an answer, without its moment. */
export function summary({ report, online }) {
  const { tone, word } = report ? verdictOf(report, online) : UNKNOWN;
  return { tone, word, icon: ICONS[tone] };
}

function showProblem(why, freshness) {
  tell(UNKNOWN, why, freshness);
  part("facts").replaceChildren();
  part("claims").hidden = true;
  part("grounds").hidden = true;
}

/** What a genuine code says are facts; what an unproven one says are its claims; what a false one says is not told. */
function tellFacts({ conclusion, facts }) {
  const told = facts.flatMap(fact);
  const genuine = conclusion === "TOTAL-PASSED", unproven = conclusion === "INDETERMINATE";
  part("facts").replaceChildren(...(genuine ? told : []));
  part("claimed").replaceChildren(...(unproven ? told : []));
  part("claims").hidden = !unproven || facts.length === 0;
  part("bearer").hidden = !genuine;
}

function tell({ tone, word, since }, why, freshness) {
  place.dataset.tone = tone;
  part("bearer").hidden = true;
  part("icon").dataset.icon = ICONS[tone];
  part("word").textContent = sentence(word);
  part("since").replaceChildren(...since);
  part("why").textContent = why;
  part("freshness").textContent = freshness;
  place.hidden = false;
}

/** The verdict on a paper that does not say what its genuine code says. */
function altered(report, online) {
  const own = verdictOf(report, online);
  const why = (labels) =>
    labels.length ? sentence("officer.why_differs", { fields: labels.join(sentence("officer.list")) }) : sentence("officer.why_annotated");
  const since = [sentence("officer.code_alone", { word: sentence(own.word) }), ...own.since];
  return { tone: "stop", word: "officer.word.differs", since, why };
}

function verdictOf(report, online) {
  if (report.conclusion === "TOTAL-FAILED") return { tone: "stop", word: "officer.word.not_genuine", since: [] };
  if (report.answer === "IN_FORCE") {
    const since = asOf(online ? "officer.as_of" : "officer.kept_as_of", report);
    return { tone: online ? "good" : "dated", word: "officer.word.in_force", since };
  }
  if (report.answer === "NOT_IN_FORCE") {
    // Cinnabar is for what cannot be undone.
    const tone = ENDINGS.includes(report.state) ? "grave" : "stop";
    return { tone, word: wordOf(report.state), since: asOf("officer.as_of", report) };
  }
  const genuine = report.conclusion === "TOTAL-PASSED";
  return { tone: "unknown", word: "officer.word.unknown", since: genuine ? [sentence("officer.genuine_only")] : [] };
}

/** The key of the word for a state that is not in force. */
function wordOf(state) {
  const key = `officer.word.${state.replaceAll("-", "_")}`;
  return key in sentences ? key : "officer.word.not_in_force";
}

/** The sentence `key`, with the report's time as an element that is never broken over lines. */
function asOf(key, report) {
  const time = element("time", cityTime(report.as_of));
  time.dateTime = report.as_of;
  const [before, after] = sentence(key, { at: "\n" }).split("\n");
  return [before, time, after];
}

function fact({ name, label, value }) {
  const told = document.createElement("dd");
  told.append(name === "licence_id" ? identifier(value[language]) : value[language]);
  return [element("dt", label[language]), told];
}

/** A licence identifier: copied by a touch, and broken over lines only behind its dots. */
function identifier(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code";
  button.dataset.copy = text;
  text.split(/(?<=\.)/).forEach((part) => button.append(part, document.createElement("wbr")));
  return button;
}

function check({ outcome, ...said }) {
  const [icon, tone] = OUTCOMES[outcome];
  const line = element("li", said[language]);
  line.dataset.icon = icon;
  line.dataset.tone = tone;
  return line;
}

function grouped(text) {
  return text.replace(/[0-9a-zA-Z]{4}(?=[0-9a-zA-Z])/g, "$& ");
}
