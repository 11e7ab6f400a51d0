// Keeps a part of a page up to date: asks every two seconds while it can still change and can be seen.
//
// <div id="live" data-live="/api/…" data-version="…">   the JSON answer carries `version`
//
// When the version differs, the page is fetched again and the part is exchanged; without data-live it rests.
// Each <details> in the part has an id.

import { send } from "./house.js";

const EVERY_MS = 2000;
const LATE_MS = 20000; // an assembly takes a few seconds

const part = () => document.getElementById("live");
const signed = (root) => new Set([...root.querySelectorAll("[data-signed=yes]")].map((slot) => slot.dataset.slot));

let timer;
let since = Date.now();

/** Keep what the visitor opened and typed, by the id of each; what is there no more goes. */
const carry = (from, to) => {
  for (const fold of from.querySelectorAll("details[open]")) {
    to.querySelector(`#${CSS.escape(fold.id)}`)?.setAttribute("open", "");
  }
  for (const typed of from.querySelectorAll("input[id], textarea[id]")) {
    const field = to.querySelector(`#${CSS.escape(typed.id)}`);
    if (field && typed.value !== typed.defaultValue) field.value = typed.value;
  }
};

const exchange = async () => {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (!answer.ok || !fresh) return;
  const before = signed(part());
  for (const slot of fresh.querySelectorAll("[data-signed=yes]")) {
    if (!before.has(slot.dataset.slot)) slot.classList.add("fresh");
  }
  carry(part(), fresh);
  part().replaceWith(fresh);
  since = Date.now();
};

const look = async () => {
  const { version } = await send("GET", part().dataset.live);
  if (version !== part().dataset.version) await exchange();
  const late = part().querySelector(".late");
  if (late) late.hidden = Date.now() - since < LATE_MS;
};

// A form that somebody is filling in must not be exchanged under their hands.
const busy = () => part().querySelector("form:focus-within") !== null;

const next = () => {
  clearTimeout(timer);
  if (!part()?.dataset.live || document.hidden) return;
  timer = setTimeout(async () => {
    if (!busy()) await look().catch(() => {}); // the network may come back; the page stays as it is
    next();
  }, EVERY_MS);
};

document.addEventListener("visibilitychange", next);
next();
