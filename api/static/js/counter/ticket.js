// The officer lets a face be replaced: the code that comes back is shown once and kept nowhere.

import { Problem, say, send } from "../house.js";

const form = document.getElementById("ticket");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = form.querySelector(".given");
  const submit = form.querySelector("[type=submit]");
  say("");
  submit.disabled = true;
  try {
    const { code } = await send("POST", `/api/counter/people/${form.dataset.person}/face`, {
      document: form.elements.document.value,
    });
    given.querySelector(".number").textContent = code;
    given.hidden = false;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(problem.message);
  } finally {
    submit.disabled = false;
  }
});
