// Keeps the anchoring state of the page's entry up to date until it is anchored.

import { send } from "../house.js";

const EVERY_MS = 2000;
const LOOKS = { recorded: ["○", "wait"], checkpointed: ["◐", "wait"], anchored: ["●", "good"] };

const state = document.querySelector("[data-anchoring]");
const words = JSON.parse(document.getElementById("anchoring-words")?.textContent ?? "{}");

const look = async () => {
  if (!document.hidden) {
    const { anchoring } = await send("GET", `/api${location.pathname}`);
    if (anchoring !== state.dataset.anchoring) {
      [state.dataset.icon, state.dataset.tone] = LOOKS[anchoring];
      state.dataset.anchoring = anchoring;
      state.textContent = words[`authorization.anchoring_${anchoring}`];
    }
  }
  if (state.dataset.anchoring !== "anchored") setTimeout(() => look().catch(() => {}), EVERY_MS);
};

if (state && state.dataset.anchoring !== "anchored") setTimeout(() => look().catch(() => {}), EVERY_MS);
