// Keeps the ledger's page up to date by server-sent events; without it the page is as complete as it was sent.
//
// <section id="log" data-told="9.9.7"> says what the page shows: entries, checkpointed, anchored. A hidden page
// listens to nothing, because a browser has few lines to one host, and catches up from there once it is seen.

import { rowOf, showStates } from "./rows.js";

const MOST_ROWS = 20;
const place = document.getElementById("log");
const { words, types } = JSON.parse(document.getElementById("ledger-words").textContent);
const say = (key, facts = {}) =>
  Object.entries(facts).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[`ledger.${key}`]);
const part = (name) => document.querySelector(`[data-show=${name}]`);

let [size, checkpointed, anchored] = place.dataset.told.split(".").map(Number);
let source = null;

const state = (element, key, facts, icon, tone) => {
  const word = document.createElement("span");
  word.className = "state";
  Object.assign(word.dataset, { icon, tone });
  word.textContent = say(key, facts);
  element.replaceChildren(word);
};

const showSizes = () => {
  part("size").textContent = say("entries_count", { count: size });
  part("checkpointed").textContent = say("entries_count", { count: checkpointed });
  const left = size - anchored;
  if (left > 0) state(part("anchored"), "anchored_some", { count: anchored, left }, "◐", "wait");
  else state(part("anchored"), "anchored_all", { count: anchored }, "●", "good");
  const told = say("picture", { size, anchored });
  part("picture").textContent = told;
  document.getElementById("tree-title").textContent = told;
  showStates({ checkpointed, anchored }, say);
};

const showEntries = ({ entries, left_out: leftOut }) => {
  const list = document.querySelector("#latest[data-newest] .rows");
  if (!list) return;
  if (leftOut) {
    const gap = document.createElement("li");
    gap.className = "soft small gap";
    gap.textContent = say("left_out", { count: leftOut });
    list.prepend(gap);
  }
  for (const entry of entries.toReversed()) list.prepend(rowOf(entry, types, say));
  while (list.children.length > MOST_ROWS) list.lastElementChild.remove();
};

const svg = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

const showTree = ({ subtrees }) => {
  const picture = document.getElementById("picture");
  const base = Number(picture.dataset.base);
  const drawn = subtrees.flatMap((tree, at) => {
    const clip = svg("clipPath", { id: `part${at + 1}` });
    clip.append(svg("rect", { x: tree.left, y: -4, width: tree.held, height: base + 8 }));
    const label = svg("text", { x: tree.middle, y: base + 26, "text-anchor": "middle" });
    label.textContent = tree.leaves;
    return [
      clip,
      svg("polygon", { class: "held", points: tree.outline, "clip-path": `url(#part${at + 1})` }),
      svg("polygon", { class: "grown", points: tree.outline }),
      label,
    ];
  });
  picture.replaceChildren(document.getElementById("tree-title"), ...drawn);
};

const showCheckpoint = async () => {
  const answer = await fetch("/ledger/checkpoint");
  if (answer.ok && part("note")) part("note").textContent = await answer.text();
};

const heard = {
  entries: (news) => {
    size = news.size;
    showEntries(news);
  },
  checkpoint: (news) => {
    checkpointed = news.size;
    showCheckpoint().catch(() => {}); // the line may break; the next checkpoint is fetched anew
  },
  anchored: (news) => {
    anchored = news.size;
    part("block").textContent = news.block_number ?? "—";
  },
  tree: showTree,
};

const listen = () => {
  const live = document.getElementById("live");
  source = new EventSource(`/ledger/events?after=${size}.${checkpointed}.${anchored}`);
  source.addEventListener("open", () => {
    if (!live) return;
    live.hidden = false;
    state(live, "live", {}, "◉", "good");
  });
  source.addEventListener("error", () => {
    if (live) state(live, "live_off", {}, "○", "wait");
    if (source.readyState === EventSource.CLOSED) setTimeout(again, 10000); // refused: too many listen
  });
  for (const [name, show] of Object.entries(heard)) {
    source.addEventListener(name, (event) => {
      if (!part("size")) return location.reload(); // the first entry of all
      show(JSON.parse(event.data));
      showSizes();
    });
  }
};

const again = () => {
  source?.close();
  source = null;
  if (!document.hidden) listen();
};

document.addEventListener("visibilitychange", again);
again();
