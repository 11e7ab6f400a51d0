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
  return both(filled(key, "zh", facts), filled(key, "en", facts));
}

const split = new Map(); // what stands between the names in braces of a sentence, and the names in between

function filled(key, language, facts) {
  const sentence = SENTENCES[key][language];
  if (!split.has(sentence)) split.set(sentence, sentence.split(/\{(\w+)\}/));
  const parts = split.get(sentence);
  let text = parts[0];
  for (let place = 1; place < parts.length; place += 2) {
    const fact = facts[parts[place]];
    text += (typeof fact === "object" ? fact[language] : String(fact)) + parts[place + 1];
  }
  return text;
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
