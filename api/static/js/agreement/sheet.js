// A sheet of a template: it is sent to be checked; what is wrong in it is shown cell by cell.

import { busy, filling, follow, send } from "../house.js";

const fill = filling("batch-words");
const form = document.getElementById("sheet-form");
const faults = document.getElementById("faults");

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

const check = (button) => {
  show([]);
  const checked = async () => follow(await send("POST", `${form.dataset.template}/batches`, new FormData(form)));
  busy(button, checked, ({ rows }) => {
    show(rows);
    form.elements.sheet.value = ""; // a file that was mended on the disk must be chosen anew
  });
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
