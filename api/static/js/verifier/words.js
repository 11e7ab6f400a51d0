// Sentences in both languages, filled once; times in Beijing time, as verify/words.py writes them.
// A moment is a whole number of microseconds since 1970.

import { SENTENCES } from "./sentences.js";

const BEIJING = 8 * 3600 * 1000; // one offset for the whole country

/** A phrase in both languages. */
export function both(zh, en) {
  return { zh, en };
}

/** The sentence `key`, filled with `facts`: text, numbers, or phrases in both languages. */
export function say(key, facts = {}) {
  const fill = (language) =>
    SENTENCES[key][language].replace(/\{(\w+)\}/g, (_, name) => {
      const fact = facts[name];
      return typeof fact === "object" ? fact[language] : String(fact);
    });
  return both(fill("zh"), fill("en"));
}

/** `text` between quotation marks, its own doubled: where it ends, it does not say itself. */
export function quoted(text) {
  return `“${text.replace(/[“”]/g, "$&$&")}”`;
}

/** A moment as a phrase, to the second, in Beijing time. */
export function moment(microseconds) {
  const text = iso(microseconds, BEIJING).slice(0, 19).replace("T", " ");
  return both(`北京时间${text}`, `${text} Beijing time`);
}

/** A moment as RFC 3339 in UTC, to the second. */
export function instant(microseconds) {
  return `${iso(microseconds, 0).slice(0, 19)}Z`;
}

/** The calendar day of a moment in Beijing, YYYY-MM-DD. */
export function dayOf(microseconds) {
  return iso(microseconds, BEIJING).slice(0, 10);
}

/** The day that lies `days` after 1970-01-01, YYYY-MM-DD. */
export function dayFromCount(days) {
  return new Date(days * 86400000).toISOString().slice(0, 10);
}

function iso(microseconds, offset) {
  return new Date(Math.floor(microseconds / 1000) + offset).toISOString();
}
