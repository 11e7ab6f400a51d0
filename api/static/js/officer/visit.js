// The visit on the page: its findings in a list, sending it, what was sent before, and wiping all of it.

import { answers, refresh } from "./asking.js";
import { change } from "./device.js";
import { closed, current, findingsOf, take, unsettled, wipe } from "./findings.js";
import { forgetPresented } from "./presented.js";
import { flush } from "./sending.js";
import { cityTime, element, icon, sentence } from "./wording.js";

const ALARM = [200, 100, 200]; // milliseconds of vibration, pause, vibration
const UNSIGNED = ["sign-in-needed", "not-yours"];
const by = (id) => document.getElementById(id);
let reopen = () => {};

/** Have `open` called with the id of a finding that the officer chooses from the list. */
export function beginVisits(open) {
  reopen = open;
}

/** Show the list as the device has it. */
export async function showVisit() {
  const now = await current(), before = await closed();
  by("visit").hidden = !now && before.length === 0;
  const findings = now?.findings ?? [];
  by("visit-count").textContent = findings.length ? sentence("officer.visit.count", { count: findings.length }) : sentence("officer.visit.empty");
  by("visit-rows").replaceChildren(...findings.map(row));
  by("visit-send").hidden = findings.length === 0;
  by("visit-before").hidden = before.length === 0;
  by("visit-closed").replaceChildren(...(await Promise.all(before.map(past))));
}

function row(finding) {
  const { word, answered_at, online } = finding.answered;
  const line = element("li"), button = element("button", "", "finding");
  button.type = "button";
  const said = [sentence(`officer.word.${word}`)];
  if (finding.changed) said.push(sentence("officer.visit.was", { word: sentence(`officer.word.${finding.earlier.word}`) }));
  const title = element("span", finding.name || sentence("officer.visit.unproven"), "name");
  const how = sentence(online ? "officer.visit.online" : "officer.visit.offline");
  button.append(icon(finding.answered.icon), element("strong", said.join(" ")), title, element("span", finding.licence, "code"), element("span", `${cityTime(answered_at)} · ${how}`, "soft"));
  button.addEventListener("click", () => reopen(finding.id));
  if (finding.changed) line.dataset.changed = "";
  line.append(button);
  return line;
}

async function past(visit) {
  const count = (await findingsOf(visit.id)).length;
  const facts = { site: visit.site || sentence("officer.visit.no_site"), at: cityTime(visit.begun_at), count };
  const line = element("li", sentence(`officer.visit.${visit.state}`, facts));
  if (visit.next) {
    const link = element("a", sentence("officer.visit.see"));
    link.href = visit.next;
    line.append(" ", link);
  }
  return line;
}

/** Ask again, with a network, what was answered without one; an answer that changed is an alarm. */
export async function askAgain() {
  const open = await unsettled();
  if (open.length === 0 || !(await refresh())) return;
  const changed = [];
  for (const finding of open) {
    let last = null;
    for await (const answer of answers(finding.text, true)) last = answer;
    if (last?.online && (await take(finding, last, { before: finding.answered }))) changed.push(finding);
  }
  await showVisit();
  alarm(changed);
}

/** Say that answers changed. */
export function alarm(findings) {
  if (findings.length === 0) return;
  navigator.vibrate?.(ALARM);
  const told = findings.map(({ name, licence, earlier, answered }) => element("p", sentence("officer.changed", {
    name, licence, before: sentence(`officer.word.${earlier.word}`), now: sentence(`officer.word.${answered.word}`),
  })));
  by("changes").append(...told);
  by("changed").hidden = false;
}

by("seen").addEventListener("click", () => {
  by("changed").hidden = true;
  by("changes").replaceChildren();
});

/** Send what waits and say how far it came. */
export async function sendWaiting() {
  const waiting = (await closed()).some(({ state }) => state === "closed");
  if (!waiting) return;
  const problems = await flush();
  await showVisit();
  const lines = problems.length ? problems.flatMap((problem) => [" ", ...said(problem)]) : [sentence("officer.visit.all_sent")];
  by("visit-hint").replaceChildren(...lines);
}

function said(problem) {
  if (problem.code === "network") return [sentence("officer.visit.waiting")];
  if (!UNSIGNED.includes(problem.code)) return [problem.message];
  const link = element("a", sentence("officer.visit.sign_in"));
  link.href = "/";
  return [sentence("officer.visit.unsigned"), " ", link];
}

by("visit-send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { visit } = await current();
  const site = by("visit-site").value.trim();
  await change("visits", visit.id, (kept) => Object.assign(kept, { site, state: "closed" }));
  by("visit-site").value = "";
  by("notes").hidden = true; // what is on its way is not written on any more
  await showVisit();
  await sendWaiting();
});
by("wipe").addEventListener("click", async () => {
  const unsent = (await closed()).some(({ state }) => state === "closed") || (await current()) !== null;
  if (!confirm(sentence(unsent ? "officer.visit.wipe_unsent" : "officer.visit.wipe_sent"))) return;
  await wipe();
  forgetPresented();
  const bare = location.pathname + location.search;
  history.replaceState(null, "", bare); // so that neither a reload nor the way back brings the code again
  location.replace(bare);
});
