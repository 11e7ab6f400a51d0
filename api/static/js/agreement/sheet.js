// A sheet of a template: it is sent to be checked; what is wrong in it is shown cell by cell.

import { Problem, say, send } from "../house.js";

const words = JSON.parse(document.getElementById("batch-words").textContent);
const form = document.getElementById("sheet-form");
const faults = document.getElementById("faults");

const fill = (key, facts) => words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);

const show = (rows) => {
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  faults.querySelector("ul").replaceChildren(
    ...rows.map((row) => {
      const line = document.createElement("li");
      const facts = { line: row.line, column: row[`column_${language}`], words: row[language] };
      line.textContent = fill("batch.fault", facts);
      return line;
    }),
  );
  faults.hidden = !rows.length;
};

const check = async (button) => {
  say("");
  show([]);
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const { next } = await send("POST", `${form.dataset.template}/batches`, new FormData(form));
    location.assign(next);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(problem.message);
    show(problem.rows);
    form.elements.sheet.value = ""; // a file that was mended on the disk must be chosen anew
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
};

const picked = () => {
  const file = form.elements.sheet.files[0];
  if (file) document.getElementById("sheet-picked").textContent = file.name;
};

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(event.submitter);
  });
  form.elements.sheet.addEventListener("change", picked);
  picked(); // what was chosen before this ran
}
