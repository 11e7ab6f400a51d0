// Shows a report: one large word with its time, one line why, how fresh it is, then the facts and the grounds.

import { ENDINGS } from "../verifier/tables.js";

export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
const words = JSON.parse(document.getElementById("officer-words").textContent);
const ICONS = { good: "✓", dated: "✓", stop: "✕", grave: "✕", unknown: "?" };
const OUTCOMES = { "TOTAL-PASSED": ["✓", "good"], INDETERMINATE: ["?", "wait"], "TOTAL-FAILED": ["✕", "stop"] };
const MINUTE = 60e3, HOUR = 60 * MINUTE, DAY = 24 * HOUR; // milliseconds

/** A sentence of this page, filled. */
export function sentence(key, facts = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/** A moment as people of the city write it, to the minute: 2026-05-02 06:00. */
function cityTime(moment) {
  return new Date(moment).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, -3);
}

/** How old a moment is, as a phrase. */
export function age(moment, now = Date.now()) {
  const passed = now - new Date(moment).getTime();
  if (passed < MINUTE) return sentence("officer.age.now");
  if (passed < HOUR) return sentence("officer.age.minutes", { count: Math.floor(passed / MINUTE) });
  if (passed < 2 * DAY) return sentence("officer.age.hours", { count: Math.floor(passed / HOUR) });
  return sentence("officer.age.days", { count: Math.floor(passed / DAY) });
}

const place = document.getElementById("answer");
const part = (name) => place.querySelector(`[data-part="${name}"]`);

/** Show a report; `online` says that it was checked online, which alone makes it green. */
export function show(report, { online, freshness }) {
  const verdict = verdictOf(report, online);
  tell(verdict, report.why[language], freshness);
  tellFacts(report);
  part("checks").replaceChildren(...report.checks.map(check));
  part("fingerprint").textContent = grouped(report.trust.sha256);
  part("grounds").hidden = false;
}

/** Show that nothing could be verified, for the reason that `why` says. */
export function showProblem(why, freshness = "") {
  tell({ tone: "unknown", word: "officer.word.unknown", since: [] }, why, freshness);
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
  part("icon").textContent = ICONS[tone];
  part("word").textContent = sentence(word);
  part("since").replaceChildren(...since);
  part("why").textContent = why;
  part("freshness").textContent = freshness;
  place.hidden = false;
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
  return key in words ? key : "officer.word.not_in_force";
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

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function grouped(text) {
  return text.replace(/[0-9a-zA-Z]{4}(?=[0-9a-zA-Z])/g, "$& ");
}
