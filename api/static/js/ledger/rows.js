// The rows of entries as partials/log_entries.html writes them.

const LOOKS = { recorded: ["○", "wait"], checkpointed: ["◐", "wait"], anchored: ["●", "good"] };
const time = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short",
}); // 2026-05-02 17:00, as the server writes it

const span = (className, text) => {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
};

/** A row for `entry`, as an event tells of it. */
export const rowOf = (entry, types, say) => {
  const what = span("what", "");
  what.append(span("code soft", entry.index), ` ${types[entry.type]}`);
  const at = document.createElement("time");
  at.className = "soft";
  at.dateTime = entry.time;
  at.textContent = time.format(new Date(entry.time));
  const state = span("state", "");
  show(state, entry.state, say);
  const link = document.createElement("a");
  link.className = "row";
  link.href = `/ledger/entries/${entry.index}`;
  link.append(what, span("code soft leaf", `${entry.leaf.slice(0, 16).match(/.{4}/g).join(" ")}…`), at, state);
  const row = document.createElement("li");
  row.dataset.index = entry.index;
  row.className = "fresh";
  row.append(link);
  return row;
};

/** Show how far each row on the page has come, which a reorganization can also take back. */
export const showStates = ({ checkpointed, anchored }, say) => {
  for (const row of document.querySelectorAll("#latest li[data-index]")) {
    const index = Number(row.dataset.index);
    const reached = index < anchored ? "anchored" : index < checkpointed ? "checkpointed" : "recorded";
    show(row.querySelector(".state"), reached, say);
  }
};

const show = (state, reached, say) => {
  [state.dataset.icon, state.dataset.tone] = LOOKS[reached];
  state.textContent = say(`state.${reached}`);
};
