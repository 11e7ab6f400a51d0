// Using a template: who takes each role, what stands in each field; the result is looked at, then sent.

import { busy, filling, follow, say, send } from "../house.js";
import { reading } from "./readers.js";

const USCC_LENGTH = 18;

const fill = filling("template-words");
const form = document.getElementById("use");

const readership = form && reading({ place: document.getElementById("reading"), fill });

const value = (row, name) => row.querySelector(`[data-field=${name}]`)?.value.trim() ?? "";

const filled = () => ({
  version: Number(form.dataset.version),
  takings: [...form.querySelectorAll("#takings > .party")].map((row) => ({
    organization: value(row, "organization"),
    person: value(row, "person"),
    authorization: value(row, "authorization"),
  })),
  fields: Object.fromEntries([...form.querySelectorAll("[data-name]")].map((input) => [input.dataset.name, input.value])),
  readers: readership.readers(),
});

/** Say what cannot be sent as it is; whether it can. */
const sendable = () => {
  const sentence = readership.objection();
  if (sentence) say(sentence);
  return !sentence;
};

/** Show the name behind a credit code; an answer about an earlier one is let go. */
const lookUp = async (row) => {
  const code = value(row, "organization");
  if (code.length !== USCC_LENGTH) return;
  const name = await send("GET", `/api/organizations/${encodeURIComponent(code)}`).then(
    (found) => found.name,
    (problem) => problem.message,
  );
  if (value(row, "organization") === code) row.querySelector("[data-part=name]").textContent = name;
};

/** Give the pages of a document, below its name. */
const leavesOf = ({ name, pages }) => {
  const heading = document.createElement("h3");
  heading.textContent = name;
  const leaves = document.createElement("div");
  leaves.className = "leaves";
  leaves.append(
    ...pages.map(({ picture, width, height }, place) => {
      const figure = document.createElement("figure");
      const image = new Image(width, height);
      image.loading = "lazy";
      image.alt = fill("template.page", { name, page: place + 1, pages: pages.length });
      image.src = picture;
      figure.append(image);
      return figure;
    }),
  );
  return [heading, leaves];
};

const show = ({ title, parties, readers, documents }) => {
  const chinese = document.documentElement.lang.startsWith("zh");
  document.getElementById("preview-title").textContent = title;
  document.getElementById("preview-parties").replaceChildren(
    ...parties.map(({ party, person, capacity_zh, capacity_en, stamp }) => {
      const line = document.createElement("li");
      const facts = { capacity: chinese ? capacity_zh : capacity_en, party, person };
      if (stamp) Object.assign(facts, { holder: stamp.holder, qualification: chinese ? stamp.zh : stamp.en });
      line.textContent = fill(stamp ? "template.party_stamp" : person ? "template.party_person" : "template.party", facts);
      return line;
    }),
  );
  document.getElementById("preview-readers").replaceChildren(
    ...readers.map(({ reader, party, person }) => {
      const line = document.createElement("li");
      line.textContent = fill("template.party_person", { capacity: fill(`reader.${reader}`), party, person: person ?? fill("reader.whole") });
      return line;
    }),
  );
  document.getElementById("preview-documents").replaceChildren(...documents.flatMap(leavesOf));
  document.getElementById("preview").hidden = false;
};

if (form) {
  document.getElementById("look").addEventListener("click", ({ currentTarget }) => {
    if (!form.reportValidity() || !sendable()) return;
    busy(currentTarget, async () => show(await send("POST", `${form.dataset.template}/previews`, filled())));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!sendable()) return;
    busy(event.submitter, async () => follow(await send("POST", `${form.dataset.template}/agreements`, filled())));
  });
  form.addEventListener("input", (event) => {
    document.getElementById("preview").hidden = true; // it shows what was filled in before
    const row = event.target.closest("#takings > .party");
    if (row && event.target.dataset.field === "organization") lookUp(row);
  });
  form.querySelectorAll("#takings > .party").forEach(lookUp);
}
