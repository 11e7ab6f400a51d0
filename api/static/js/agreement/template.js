// Using a template: who takes each role, what stands in each field; the result is looked at, then sent.

import { Problem, say, send } from "../house.js";

const USCC_LENGTH = 18;

const words = JSON.parse(document.getElementById("template-words").textContent);
const form = document.getElementById("use");

const fill = (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const value = (row, name) => row.querySelector(`[data-field=${name}]`)?.value.trim() ?? "";

const filling = () => ({
  version: Number(form.dataset.version),
  takings: [...form.querySelectorAll(".party")].map((row) => ({
    organization: value(row, "organization"),
    person: value(row, "person"),
  })),
  fields: Object.fromEntries([...form.querySelectorAll("[data-name]")].map((input) => [input.dataset.name, input.value])),
});

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

const show = ({ title, parties, pages }) => {
  const chinese = document.documentElement.lang.startsWith("zh");
  document.getElementById("preview-title").textContent = title;
  document.getElementById("preview-parties").replaceChildren(
    ...parties.map(({ party, person, capacity_zh, capacity_en }) => {
      const line = document.createElement("li");
      const facts = { capacity: chinese ? capacity_zh : capacity_en, party, person };
      line.textContent = fill(person ? "template.party_person" : "template.party", facts);
      return line;
    }),
  );
  document.getElementById("preview-pages").replaceChildren(
    ...pages.map(({ picture, width, height }, place) => {
      const figure = document.createElement("figure");
      const image = new Image(width, height);
      image.loading = "lazy";
      image.alt = fill("template.page", { page: place + 1, pages: pages.length });
      image.src = picture;
      figure.append(image);
      return figure;
    }),
  );
  document.getElementById("preview").hidden = false;
};

/** Do `work` while the button waits; a refusal is said in its one sentence. */
const busy = async (button, work) => {
  say("");
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(problem.message);
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
};

if (form) {
  document.getElementById("look").addEventListener("click", ({ currentTarget }) => {
    if (!form.reportValidity()) return;
    busy(currentTarget, async () => show(await send("POST", `${form.dataset.template}/previews`, filling())));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(event.submitter, async () => {
      const { next } = await send("POST", `${form.dataset.template}/agreements`, filling());
      location.assign(next);
    });
  });
  form.addEventListener("input", (event) => {
    document.getElementById("preview").hidden = true; // it shows what was filled in before
    if (event.target.dataset.field === "organization") lookUp(event.target.closest(".party"));
  });
  form.querySelectorAll(".party").forEach(lookUp);
}
