// Compares what a PDF prints with what its code signs, field by field. Pure: no page, no network.
//
//   compare(facts, items)   → [{name, label, signed, printed, state, box}]
//
// `facts` are those of a report; `items` are the runs of text of one page in the order of the file, {text, x, y, right,
// height} in points from the left bottom corner. `state` is "same", "differs" or "missing" (not found as text: only an
// eye can tell). Where a label is printed more than once, each time counts. A value is what follows its label in the file, and whatever else stands in its lines, so that a text
// laid over it counts.

import { LABELS } from "../verifier/sentences.js";

const WHOLE_PAGE = ["certificate_type"]; // printed as the title, without a label
const SELDOM_PRINTED = ["validity"]; // compared where the page has its label
const MARGIN = 3; // points around what is shown
const SLACK = 1; // point

/** What is compared of a text: no blanks, one width, days as 2026-05-02, nothing for a line struck out. */
export function plain(text) {
  const bare = text.normalize("NFKC").replace(/\s+/gu, "");
  const dated = bare.replace(/(\d{4})年(\d{1,2})月(\d{1,2})日/gu, (_, year, month, day) =>
    [year, month.padStart(2, "0"), day.padStart(2, "0")].join("-"));
  return dated === "/" ? "" : dated;
}

const NAMES = new Set(Object.values(LABELS).map(({ zh }) => plain(zh)));

/** The label that a run is, or null; “电子证照标识” names the 证照标识. */
function nameIn(text) {
  const name = text.replace(/^电子/u, "").replace(/:$/u, "");
  return NAMES.has(name) ? name : null;
}

export function compare(facts, items) {
  const runs = items.map((item) => ({ ...item, plain: plain(item.text) })).filter((run) => run.plain !== "");
  for (const run of runs) run.label = nameIn(run.plain);
  const all = runs.map((run) => run.plain).join("");
  return facts.flatMap((fact) => {
    const told = { name: fact.name, label: fact.label, signed: fact.value.zh, printed: "", state: "missing", box: null };
    if (WHOLE_PAGE.includes(fact.name)) {
      const found = all.includes(plain(fact.value.zh));
      return [found ? { ...told, printed: fact.value.zh, state: "same" } : told];
    }
    const places = runs.flatMap((run, place) => (run.label === plain(fact.label.zh) ? [place] : []));
    if (!places.length) return SELDOM_PRINTED.includes(fact.name) ? [] : [told];
    const lines = places.map((place) => lineAt(runs, place, fact));
    return [{ ...told, ...(lines.find(({ state }) => state === "differs") ?? lines[0]) }];
  });
}

/** What stands behind the label at `place`, beside what is signed. */
function lineAt(runs, place, fact) {
  const cell = cellOf(runs, place);
  const printed = cell.map((run) => run.text.trim()).join("").replace(/^[:：]/u, "");
  const state = plain(printed) === plain(fact.value.zh) ? "same" : "differs";
  return { printed, state, box: boxAround([runs[place], ...cell]) };
}

/** The runs that stand behind the label at `place`. */
function cellOf(runs, place) {
  const label = runs[place];
  const following = [];
  for (const run of runs.slice(place + 1)) {
    if (run.label || run.x < label.right - SLACK) break;
    following.push(run);
  }
  const lines = following.length ? following : [label];
  const beside = (run, line) => Math.abs(run.y - line.y) < Math.max(run.height, line.height) / 2;
  // What begins further right than the value is another column.
  const end = following.length ? Math.max(...lines.map((run) => run.right + run.height)) : Infinity;
  const within = (run) => run.right > label.right && run.x < end && lines.some((line) => beside(run, line));
  const laidOver = runs.filter((run) => run !== label && !run.label && !following.includes(run) && within(run));
  return [...following, ...laidOver];
}

function boxAround(runs) {
  return {
    left: Math.min(...runs.map((run) => run.x)) - MARGIN,
    right: Math.max(...runs.map((run) => run.right)) + MARGIN,
    bottom: Math.min(...runs.map((run) => run.y - run.height / 3)) - MARGIN,
    top: Math.max(...runs.map((run) => run.y + run.height)) + MARGIN,
  };
}
