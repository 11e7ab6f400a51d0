// What the officer adds to the finding that is shown: what agrees with the paper, a note, photographs.

import { change, put, remove } from "./device.js";
import { current, photographsOf } from "./findings.js";
import { MOST, photograph } from "./photographs.js";
import { ReadingProblem } from "./camera.js";
import { element, language, sentence } from "./wording.js";

const by = (id) => document.getElementById(id);
const STATES = ["same", "differs"];
let finding = null; // the one that is shown
let addresses = []; // of the pictures that are shown

export function hideNotes() {
  finding = null;
  by("notes").hidden = true;
}

/** Show what belongs to `shown`, whose code signs `facts`. */
export async function showNotes(shown, facts) {
  if (finding === shown && by("eye-rows").children.length === facts.length) return; // as the officer is filling it in
  finding = shown;
  if (shown.visit !== null && shown.visit !== (await current())?.visit.id) return hideNotes(); // it is closed
  if (finding !== shown) return; // another question came meanwhile
  by("notes").hidden = false;
  by("eye").hidden = facts.length === 0;
  by("eye-rows").replaceChildren(...facts.map(row));
  by("note").value = finding.note;
  by("original").checked = false;
  by("photograph-hint").textContent = "";
  await showPhotographs();
}

/** What a PDF's comparison found, as if it had been ticked. */
export function ticked(pairs) {
  return Object.fromEntries(pairs.filter(({ state }) => STATES.includes(state)).map(({ name, state }) => [name, state]));
}

function row({ name, label, value }) {
  const group = element("fieldset");
  group.append(element("legend", label[language]), element("p", value[language], "signed"));
  for (const state of STATES) {
    const choice = element("label", "", "choice");
    const mark = element("input");
    Object.assign(mark, { type: "radio", name: `eye-${name}`, value: state, checked: finding.compared[name] === state });
    choice.append(mark, sentence(`officer.eye.${state}`));
    group.append(choice);
  }
  return group;
}

async function showPhotographs() {
  const kept = await photographsOf(finding.id);
  addresses.forEach((address) => URL.revokeObjectURL(address));
  addresses = kept.map(({ blob }) => URL.createObjectURL(blob));
  by("photographs").replaceChildren(...kept.map(thumbnail));
  by("photograph").disabled = kept.length >= MOST;
  by("photograph").closest("label").hidden = kept.length >= MOST;
}

function thumbnail(kept, place) {
  const line = element("li");
  const picture = element("img");
  Object.assign(picture, { src: addresses[place], alt: sentence("officer.photograph_of", { number: place + 1 }) });
  const button = element("button", sentence("officer.photograph_remove", { number: place + 1 }), "quiet");
  button.type = "button";
  button.addEventListener("click", async () => {
    await remove("photographs", kept.id);
    await showPhotographs();
  });
  line.append(picture, button);
  return line;
}

/** Write what the officer adds, and that alone. */
async function keep(edit) {
  edit(finding);
  await orSay(() => change("findings", finding.id, edit));
}

/** Do `work`; say what the officer can mend, or that this device has no room. */
async function orSay(work) {
  by("photograph-hint").textContent = "";
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof ReadingProblem || problem instanceof DOMException)) throw problem;
    by("photograph-hint").textContent = sentence(problem.key ?? "officer.problem.unkept");
  }
}

by("eye-rows").addEventListener("change", ({ target }) => {
  const name = target.name.slice("eye-".length);
  keep((each) => (each.compared[name] = target.value));
});
by("note").addEventListener("input", () => {
  const note = by("note").value.replace(/\s+/g, " ");
  keep((each) => (each.note = note));
});
by("photograph").addEventListener("change", async () => {
  const { id } = finding, files = [...by("photograph").files];
  await orSay(async () => {
    const room = MOST - (await photographsOf(id)).length;
    if (files.length > room) throw new ReadingProblem("officer.problem.photographs_many");
    for (const file of files) {
      const blob = await photograph(file, { original: by("original").checked });
      await put("photographs", { id: crypto.randomUUID(), finding: id, blob, sent: false });
    }
  });
  by("photograph").value = "";
  await showPhotographs();
});
