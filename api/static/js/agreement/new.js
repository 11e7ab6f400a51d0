// The form that starts an agreement: parties come and go, a credit code shows its name, a file is looked at first.

import { Problem, filling, say, send } from "../house.js";
import { choosing } from "./choosing.js";
import { placing } from "./placing.js";
import { reading } from "./readers.js";

const KILOBYTE = 1024;
const MEGABYTE = 1048576;
const USCC_LENGTH = 18;

const fill = filling("start-words");
const form = document.querySelector("form.start");
const drafts = document.getElementById("drafts");
const ordered = document.getElementById("ordered");

const field = (row, name) => row.querySelector(`[data-field=${name}]`);
const part = (row, name) => row.querySelector(`[data-part=${name}]`);
const capacity = (row) => field(row, "capacity").selectedOptions[0].dataset;

const DEPARTMENT = "department";

/** Which of the organization's seals the row asks for. */
const sealOf = (row) => {
  const seal = field(row, "seal").value;
  return { seal, department: seal === DEPARTMENT ? field(row, DEPARTMENT).value.trim() : "" };
};

/** Whose stamp the row asks for: that of an authorization, or the person's own of a sort. */
const stampOf = (row) => {
  const authorization = field(row, "authorization").value.trim();
  return authorization ? { authorization } : { qualification: field(row, "qualification").value };
};

/** Show the name behind the credit code, or what is wrong with it; an answer about an earlier code is let go. */
const lookUp = async (row) => {
  const input = field(row, "organization");
  const code = input.value.trim();
  const answered = (sentence, invalid) => {
    if (input.value.trim() !== code) return;
    part(row, "name").textContent = sentence;
    input.removeAttribute("aria-invalid");
    if (invalid) input.setAttribute("aria-invalid", "true");
  };
  if (!code) return answered("", false);
  try {
    const found = await send("GET", `/api/organizations/${encodeURIComponent(code)}`);
    const { seal, department } = sealOf(row);
    const held = found.seals.some((each) => each.kind === seal && each.department === department);
    const sealless = capacity(row).kind === "seal" && !held;
    answered(sealless ? fill("start.no_seal", { name: found.name }) : found.name, false);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    answered(problem.message, true);
  }
};

const NAMING = new Set(["person", "approver", "qualification"]);

/** A seal is kept by the organization's keeper, an office has whoever holds it; the other slots name somebody. */
const suit = (row) => {
  const { kind } = capacity(row);
  const names = NAMING.has(kind);
  part(row, "person").hidden = !names;
  part(row, "keeper").hidden = kind !== "seal";
  part(row, "seal").hidden = kind !== "seal";
  part(row, DEPARTMENT).hidden = field(row, "seal").value !== DEPARTMENT;
  field(row, DEPARTMENT).required = kind === "seal" && field(row, "seal").value === DEPARTMENT;
  part(row, "stamp").hidden = kind !== "qualification";
  part(row, "representative").hidden = kind !== "representative";
  part(row, "perforated").hidden = kind !== "seal";
  part(row, "order").hidden = !ordered.checked;
  field(row, "person").required = names;
};

/** Show how many of each group suffice, for the groups that are used. */
const suitNeeds = () => {
  const used = new Set(ordered.checked ? [...drafts.children].map((row) => field(row, "group").value) : []);
  const place = document.getElementById("needs");
  for (const label of place.children) {
    label.hidden = !used.has(label.dataset.letter);
    label.querySelector("input").disabled = label.hidden; // what nobody sees blocks nothing
  }
  place.hidden = ![...place.children].some((label) => !label.hidden);
};

const needs = () =>
  Object.fromEntries(
    [...document.getElementById("needs").children]
      .filter((label) => !label.hidden)
      .map((label) => [label.dataset.letter, Number(label.querySelector("input").value)]),
  );

const number = () => {
  [...drafts.children].forEach((row, place) => {
    row.querySelector(".nth").textContent = fill("start.party", { number: place + 1 });
  });
};

const told = ({ name, size }) => fill("start.picked", { name, size: Math.ceil(size / KILOBYTE).toLocaleString("en") });

const choice = choosing({
  form,
  fill,
  told,
  changed: () => {
    showDocument();
    places.forget();
  },
});

const places = placing({
  form,
  files: choice.files,
  rows: () => [...drafts.children],
  kindOf: (row) => capacity(row).kind,
  nameOf: (row) => field(row, "capacity").selectedOptions[0].textContent,
  fill,
});

const readership = reading({ place: document.getElementById("reading"), fill });

const prepare = (row) => {
  suit(row);
  suitNeeds();
  places.draw();
  lookUp(row);
};

const showDocument = () => {
  document.getElementById("picking").hidden = form.elements.ready?.value === "true";
  const [file, ...others] = choice.files();
  document.getElementById("picked").textContent = file && !others.length ? told(file) : "";
  choice.draw();
  say("");
};

const slots = () =>
  [...drafts.children].map((row) => {
    const { kind, zh, en } = capacity(row);
    const slot = { kind, organization: field(row, "organization").value.trim(), capacity_zh: zh, capacity_en: en, ...places.of(row) };
    if (NAMING.has(kind)) slot.person = field(row, "person").value.trim();
    if (kind === "seal") Object.assign(slot, sealOf(row), { perforated: field(row, "perforated").checked });
    if (kind === "qualification") Object.assign(slot, stampOf(row));
    if (!ordered.checked) return slot;
    return { ...slot, step: Number(field(row, "step").value), group: field(row, "group").value || null };
  });

/** Give the sentence that says what cannot be sent as it is, or nothing. */
const objection = () => {
  const rows = slots();
  if (!rows.length) return fill("start.none");
  const missing = rows.findIndex((slot) => !slot.organization || (NAMING.has(slot.kind) && !slot.person));
  if (missing >= 0) return fill("start.incomplete", { number: missing + 1 });
  const unread = readership.objection();
  if (unread || form.elements.ready?.value === "true") return unread;
  const files = choice.files();
  if (!files.length) return fill("start.choose");
  const most = Number(form.dataset.most);
  if (files.length > most) return fill("start.too_many", { count: files.length, limit: most });
  if (places.pending()) return fill("start.bringing");
  const limit = Number(form.dataset.largest);
  const megabytes = (bytes) => Math.ceil(bytes / MEGABYTE);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const sentence = files.length > 1 ? "start.too_large_together" : "start.too_large";
  return size > limit ? fill(sentence, { size: megabytes(size), limit: megabytes(limit) }) : "";
};

form.addEventListener("submit", (event) => {
  const sentence = objection();
  form.dataset.to = event.submitter?.dataset.to ?? "/api/agreements"; // or kept as a template, under its title
  form.elements.name.value = form.elements.title.value;
  form.elements.slots.value = JSON.stringify(slots());
  form.elements.needs.value = JSON.stringify(needs());
  form.elements.readers.value = JSON.stringify(readership.readers());
  if (!sentence) return;
  event.preventDefault();
  event.stopPropagation();
  say(sentence);
});

form.addEventListener("change", (event) => {
  const row = event.target.closest("#drafts .party");
  if (row && event.target.dataset.field !== "person") prepare(row);
  if (event.target.name === "ready" || event.target.name === "document") showDocument();
});

drafts.addEventListener("input", (event) => {
  if (event.target.dataset.field === "organization" && event.target.value.trim().length === USCC_LENGTH) {
    lookUp(event.target.closest(".party"));
  }
});

drafts.addEventListener("click", (event) => {
  const button = event.target.closest("[data-part=remove]");
  if (!button) return;
  button.closest(".party").remove();
  suitNeeds();
  number();
  places.draw();
  document.getElementById("add").focus();
});

ordered.addEventListener("change", () => {
  [...drafts.children].forEach(suit);
  suitNeeds();
});

document.getElementById("add").addEventListener("click", () => {
  drafts.append(document.getElementById("draft").content.cloneNode(true));
  const row = drafts.lastElementChild;
  prepare(row);
  number();
  field(row, "capacity").focus();
});

showDocument(); // what was chosen before this ran
[...drafts.children].forEach(prepare);
number();
