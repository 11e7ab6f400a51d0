// The viewers and copies on the forms of agreements and templates: rows that come and go in a folded section.

const value = (row, name) => row.querySelector(`[data-field=${name}]`).value.trim();

/** Keep the rows below `place`; `fill` gives a sentence. Where it is `open`, an organization may come later. */
export const reading = ({ place, fill, open = false }) => {
  const rows = place.querySelector("#readers");
  const draft = place.querySelector("#reader-draft");
  const another = place.querySelector("#add-reader");

  another.addEventListener("click", () => {
    rows.append(draft.content.cloneNode(true));
    rows.lastElementChild.querySelector("select").focus();
  });

  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[data-part=remove]");
    if (!button) return;
    button.closest(".reader").remove();
    another.focus();
  });

  const readers = () =>
    [...rows.children].map((row) => ({
      reader: value(row, "reader"),
      organization: value(row, "organization"),
      person: value(row, "person"),
    }));

  /** Give the sentence that says what cannot be sent as it is, or nothing. */
  const objection = () => {
    const named = readers();
    const limit = Number(place.dataset.most);
    if (named.length > limit) return fill("reader.too_many", { limit });
    const missing = named.findIndex((each) => !each.organization && (!open || each.person));
    return missing < 0 ? "" : fill("reader.incomplete", { number: missing + 1 });
  };

  return { readers, objection };
};
