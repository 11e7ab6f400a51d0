// The marks of a new agreement: which there are for each party, and where those lie that somebody placed.
//
// A mark is {row, what} and, once it lies somewhere, {page, left, bottom} in points; `what` is place, date or text. A
// party has one stamp and one date for each document, and any number of texts, each with its label and its width.

import { kept, overlap } from "./marks.js";

const MARKLESS = "approver"; // leaves no stamp, and may write all the same

/** `rows` gives the parties in order, `kindOf` and `nameOf` what a row is; `sizes` are [width, height] by sort of mark. */
export const marking = ({ rows, kindOf, nameOf, sizes, fill }) => {
  let laid = [];

  const stands = ({ row, what }) => rows().includes(row) && (what === "text" || kindOf(row) !== MARKLESS);
  const all = () => laid.filter(stands);
  const of = (row, what) => all().filter((mark) => mark.row === row && mark.what === what);
  const on = (row, what, document) => of(row, what).find(({ page }) => page.document === document);

  const sizeOf = ({ row, what, width }) => {
    if (what === "text") return { width, height: sizes.text };
    const [across, high] = sizes[what === "date" ? what : kindOf(row)] ?? sizes.person;
    return { width: across, height: high };
  };
  const kindNamed = ({ row, what, label }) => {
    if (what === "text") return fill("start.mark_text", { label });
    const kind = kindOf(row);
    return fill(`start.mark_${what === "date" ? what : ["seal", "qualification"].includes(kind) ? kind : "signature"}`);
  };
  const labelOf = (mark) =>
    fill("start.mark", { number: rows().indexOf(mark.row) + 1, name: nameOf(mark.row), kind: kindNamed(mark) });
  const boxes = (except) =>
    all()
      .filter((mark) => mark !== except)
      .map((mark) => ({ ...mark, ...sizeOf(mark), label: labelOf(mark) }));

  return {
    all,
    of,
    sizeOf,
    labelOf,
    boxes,
    /** Give what can be placed while `document` is seen, placed or not; the texts of every document. */
    offered: (document) =>
      rows().flatMap((row) => [
        ...["place", "date"].map((what) => on(row, what, document) ?? { row, what }).filter(stands),
        ...of(row, "text"),
      ]),
    put: (mark, place) => {
      Object.assign(mark, kept(place, sizeOf(mark), place.page));
      if (!laid.includes(mark)) laid.push(mark);
    },
    takeBack: (mark) => {
      laid = laid.filter((one) => one !== mark);
      delete mark.page;
    },
    /** Whether the mark may lie on `page`: a document has one stamp and one date of a party. */
    fits: (mark, page) => mark.what === "text" || [undefined, mark].includes(on(mark.row, mark.what, page.document)),
    clash: (mark) => boxes(mark).find((other) => overlap({ ...mark, ...sizeOf(mark) }, other)),
    /** Forget every place that is not on one of `files`. */
    keepOn: (files) => {
      laid = laid.filter(({ page }) => files.includes(page.document.file));
    },
  };
};
