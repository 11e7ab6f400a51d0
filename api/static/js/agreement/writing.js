// What a party writes into its text fields: it goes with the request for a challenge, or with the case that is opened.
//
// Nothing is sent from here: the JSON stands ready in #texts-body, and on the button that takes it.

const lines = [...document.querySelectorAll("#texts [data-text]")];
const body = document.getElementById("texts-body");
const takers = "#scan .start, [data-takes-texts]";

const settle = () => {
  body.value = JSON.stringify({ texts: lines.map(({ value }) => value.trim()) });
  for (const button of document.querySelectorAll("[data-takes-texts]")) button.dataset.body = body.value;
};

for (const line of lines) {
  line.addEventListener("input", () => {
    line.setCustomValidity("");
    settle();
  });
}

document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(takers)) return;
    const open = lines.find(({ value }) => !value.trim());
    if (!open) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open.setCustomValidity(open.dataset.missing);
    open.reportValidity();
  },
  true,
);
settle();
