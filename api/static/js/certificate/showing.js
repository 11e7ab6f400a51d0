// What the holder shows of a certificate: a link to the chosen fields, or a bundle of them.

import { busy, send } from "../house.js";

const form = document.getElementById("choosing");
const place = `/certificates/${form.dataset.certificate}`;
const chosen = () => new FormData(form).getAll("fields");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(event.submitter, async () => {
    const hours = Number(form.elements.hours.value);
    const { url } = await send("POST", `/api${place}/shares`, { fields: chosen(), hours });
    const link = document.getElementById("made-link");
    link.textContent = url;
    link.dataset.copy = url;
    document.getElementById("made").hidden = false;
    link.focus();
  });
});

document.getElementById("take-bundle").addEventListener("click", () => {
  location.assign(`${place}/chosen.bundle?${new URLSearchParams(chosen().map((name) => ["fields", name]))}`);
});
