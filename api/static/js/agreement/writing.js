// What a party writes into its text fields: it goes with the request for a challenge, or with the case that is opened.
//
// Nothing is sent from here: the JSON stands ready in #texts-body, and on the button that takes it. A link between the
// page of a slot and its way without a face carries over what was written; the page that opens takes it out again.

const lines = [...document.querySelectorAll("#texts [data-text]")];
const body = document.getElementById("texts-body");
const takers = "#scan .start, [data-takes-texts]";

const settle = () => {
  body.value = JSON.stringify({ texts: lines.map(({ value }) => value.trim()) });
  for (const button of document.querySelectorAll("[data-takes-texts]")) button.dataset.body = body.value;
};

const slotOf = ({ pathname }) => pathname.replace(/\/other-route$/, "");
const carried = `texts:${slotOf(location)}`;

/** Do `work` on what this tab keeps; a browser may keep nothing, as in a frame of another site. */
const keeping = (work) => {
  try {
    return work(sessionStorage);
  } catch {
    return null;
  }
};
const taken = keeping((store) => {
  const written = store.getItem(carried);
  store.removeItem(carried);
  return JSON.parse(written);
});
if (taken?.length === lines.length) lines.forEach((line, place) => (line.value ||= taken[place]));

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target || link?.hash;
  if (!link || elsewhere || link.origin !== location.origin || slotOf(link) !== slotOf(location)) return;
  keeping((store) => store.setItem(carried, JSON.stringify(lines.map(({ value }) => value))));
});

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
