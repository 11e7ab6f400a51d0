// The form that issues a certificate: sends its fields under their names, and says what goes on meanwhile.

import { Problem, say, send } from "../house.js";

const words = JSON.parse(document.getElementById("issue-words").textContent);
const form = document.getElementById("issue");

const application = () => ({
  type: form.dataset.type,
  agreement: form.dataset.agreement ?? null,
  reference: form.dataset.reference ?? null,
  holder: form.elements.holder?.value.trim() ?? null,
  authorizations: [...form.querySelectorAll("[name=authorization]:checked")].map((box) => box.value),
  fields: Object.fromEntries(
    [...form.querySelectorAll("[data-field]")]
      .filter((input) => input.value.trim())
      .map((input) => [input.dataset.field, input.value]),
  ),
  valid_from: form.elements.valid_from.value,
  valid_until: form.elements.valid_until?.value || null,
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  const label = button.textContent;
  button.disabled = true;
  button.textContent = words["issue.working"];
  say("");
  try {
    location.assign((await send("POST", "/api/certificates", application())).next);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(problem.message);
    button.disabled = false;
    button.textContent = label;
  }
});
