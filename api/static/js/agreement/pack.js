// Has an evidence pack made and saves it; a form cannot, because without a referrer it says no origin.
//
// <button data-pack="/agreements/…/evidence-pack">

import { Problem, say, words } from "../house.js";

const made = async (path) => {
  const answer = await fetch(path, { method: "POST", headers: { accept: "application/json" } }).catch(() => null);
  if (answer === null) throw new Problem({});
  if (!answer.ok) throw new Problem(await answer.json().catch(() => ({})));
  const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("content-disposition"))[1];
  return { content: await answer.blob(), name: decodeURIComponent(name) };
};

const save = ({ content, name }) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // a phone asks first where to keep it
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-pack]");
  if (!button) return;
  const label = button.textContent;
  say("");
  button.disabled = true;
  button.textContent = words["house.working"];
  try {
    save(await made(button.dataset.pack));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(problem.message);
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
});
