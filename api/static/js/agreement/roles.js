// The form of a template: roles come and go, each with its name, its kind, its step; a PDF or a text with fields.

import { filling, say } from "../house.js";
import { choosing } from "./choosing.js";
import { reading } from "./readers.js";

const KILOBYTE = 1024;

const fill = filling("template-words");
const form = document.querySelector("form.start");
const roles = document.getElementById("roles");

const field = (row, name) => row.querySelector(`[data-field=${name}]`);
const part = (row, name) => row.querySelector(`[data-part=${name}]`);
const rows = () => [...roles.children];

const readership = reading({ place: document.getElementById("reading"), fill, open: true });

/** Show of a role what its kind asks for. */
const suit = (row) => {
  const kind = field(row, "kind").selectedOptions[0];
  const seals = kind.value === "seal";
  const department = seals && field(row, "seal").value === "department";
  part(row, "person").hidden = kind.dataset.names !== "yes";
  part(row, "seal").hidden = !seals;
  part(row, "perforated").hidden = !seals;
  part(row, "stamp").hidden = part(row, "authorization").hidden = kind.value !== "qualification";
  part(row, "department").hidden = !department;
  field(row, "department").required = department;
};

const told = ({ name, size }) => fill("start.picked", { name, size: Math.ceil(size / KILOBYTE).toLocaleString("en") });

const choice = choosing({ form, fill, told, changed: () => suitDocument() });

const suitAll = () => {
  rows().forEach((row, place) => {
    row.querySelector(".nth").textContent = fill("template.nth", { number: place + 1 });
    suit(row);
  });
  const used = new Set(rows().map((row) => field(row, "group").value));
  const needs = document.getElementById("needs");
  for (const label of needs.children) {
    label.hidden = !used.has(label.dataset.letter);
    label.querySelector("input").disabled = label.hidden; // what nobody sees blocks nothing
  }
  needs.hidden = ![...needs.children].some((label) => !label.hidden);
};

const marksOf = (row) => (row.dataset.marks ? JSON.parse(row.dataset.marks) : {});

/** Marks belong to the pages they were placed on: those of the PDFs that are kept, or of a text left as it is. */
const keepsMarks = () => {
  const { over, text } = form.elements;
  return over.value === "kept" || (over.value === "text" && text.defaultValue !== "" && text.value === text.defaultValue);
};

/** Say what each role will be asked for, or that its marks go with the pages. */
const suitMarks = () => {
  const lost = !keepsMarks();
  for (const row of rows().filter((each) => part(each, "asked"))) {
    part(row, "asked").hidden = lost;
    part(row, "lost").hidden = !lost;
  }
  const marked = rows().some((row) => Object.values(marksOf(row)).some((marks) => marks.length));
  document.getElementById("marks-lost").hidden = !lost || !marked;
};

/** Show where the document comes from; what is not chosen is not sent. */
const suitDocument = () => {
  const over = form.elements.over.value;
  document.getElementById("over-text").hidden = over !== "text";
  document.getElementById("over-pdf").hidden = over !== "pdf";
  form.elements.text.disabled = over !== "text";
  form.elements.text.required = over === "text";
  form.elements.document.disabled = over !== "pdf";
  const [file, ...others] = choice.files();
  document.getElementById("picked").textContent = file && !others.length ? told(file) : "";
  choice.draw();
  suitMarks();
};

const role = (row) => {
  const kind = field(row, "kind").selectedOptions[0];
  const seals = kind.value === "seal";
  const text = (name) => field(row, name).value.trim();
  const stamps = kind.value === "qualification";
  const seal = seals ? field(row, "seal").value : "company";
  return {
    kind: kind.value,
    capacity_zh: text("capacity_zh"),
    capacity_en: text("capacity_en"),
    organization: text("organization"),
    person: kind.dataset.names === "yes" && text("person") ? text("person") : null,
    step: Number(field(row, "step").value),
    group: field(row, "group").value || null,
    seal,
    department: seal === "department" ? text("department") : "",
    perforated: seals && field(row, "perforated").checked,
    qualification: stamps ? field(row, "qualification").value : null,
    authorization: (stamps && text("authorization")) || null,
    ...(keepsMarks() ? marksOf(row) : {}),
  };
};

const unchosen = () => form.elements.over.value === "pdf" && !choice.files().length;

form.addEventListener("submit", (event) => {
  form.elements.slots.value = JSON.stringify(rows().map(role));
  form.elements.needs.value = JSON.stringify(
    Object.fromEntries(
      [...document.getElementById("needs").children]
        .filter((label) => !label.hidden)
        .map((label) => [label.dataset.letter, Number(label.querySelector("input").value)]),
    ),
  );
  form.elements.readers.value = JSON.stringify(readership.readers());
  const sentence = readership.objection() || (unchosen() ? fill("template.choose") : "");
  if (!sentence) return;
  event.preventDefault();
  event.stopPropagation();
  say(sentence);
});

form.addEventListener("change", () => {
  suitAll();
  suitDocument();
});

form.elements.text.addEventListener("input", suitMarks);

roles.addEventListener("click", (event) => {
  const button = event.target.closest("[data-part=remove]");
  if (!button) return;
  button.closest(".party").remove();
  suitAll();
  suitMarks();
  document.getElementById("add").focus();
});

document.getElementById("add").addEventListener("click", () => {
  roles.append(document.getElementById("draft").content.cloneNode(true));
  suitAll();
  field(roles.lastElementChild, "capacity_zh").focus();
});

suitAll();
suitDocument();
