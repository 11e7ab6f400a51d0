// A form whose answer holds a secret that is shown this once: it is put on the page, and nothing is loaded anew.
//
// <form data-make="/api/…" data-shows="key"> … <div class="once" hidden><button data-copy=""></button></div></form>

import { Problem, say, send } from "./house.js";

const made = async (form) => {
  const button = form.querySelector("[type=submit]");
  say("");
  button.disabled = true;
  try {
    const answer = await send("POST", form.dataset.make, Object.fromEntries(new FormData(form)));
    const place = form.querySelector(".once");
    const shown = place.querySelector("[data-copy]");
    shown.dataset.copy = shown.textContent = answer[form.dataset.shows];
    place.hidden = false;
    button.hidden = true;
    shown.focus();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(problem.message);
    button.disabled = false;
  }
};

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.make) return;
  event.preventDefault();
  made(event.target);
});
