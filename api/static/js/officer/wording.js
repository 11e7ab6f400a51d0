// The sentences of this page, and moments as people of the city write them.

export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
export const sentences = JSON.parse(document.getElementById("officer-words").textContent);
const MINUTE = 60e3, HOUR = 60 * MINUTE, DAY = 24 * HOUR; // milliseconds
const BEIJING = 8 * HOUR; // one offset for the whole country

/** A sentence of this page, filled. */
export function sentence(key, facts = {}) {
  return sentences[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/** A moment to the minute: 2026-05-02 06:00. */
export function cityTime(moment) {
  return new Date(new Date(moment).getTime() + BEIJING).toISOString().slice(0, 16).replace("T", " ");
}

/** How old a moment is, as a phrase; one that is still to come says so. */
export function age(moment, now = Date.now()) {
  const passed = now - new Date(moment).getTime();
  if (passed < -5 * MINUTE) return sentence("officer.age.future");
  if (passed < MINUTE) return sentence("officer.age.now");
  if (passed < HOUR) return sentence("officer.age.minutes", { count: Math.floor(passed / MINUTE) });
  if (passed < 2 * DAY) return sentence("officer.age.hours", { count: Math.floor(passed / HOUR) });
  return sentence("officer.age.days", { count: Math.floor(passed / DAY) });
}

/** A sign for the eye alone, drawn by the style sheet; the word beside it says the same. */
export function icon(sign) {
  const made = element("span", "", "icon");
  made.dataset.icon = sign;
  made.setAttribute("aria-hidden", "true");
  return made;
}

/** An element with a text, and perhaps a class. */
export function element(name, text = "", classes = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (classes) made.className = classes;
  return made;
}
