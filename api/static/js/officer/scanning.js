// The camera's part of the page: opening it, its lamp and zoom, and the codes that it sees.

import { open, ReadingProblem } from "./camera.js";
import { load, look } from "./reader.js";
import { sentence } from "./wording.js";

const HAPTIC = 60; // milliseconds of vibration when a code was read
const by = (id) => document.getElementById(id);
let camera = null, reading = null, opening = 0;

/** Open the camera; `found` gets every code that comes into sight, until `stop`. */
export async function start(found) {
  const mine = ++opening;
  by("start").disabled = true;
  by("viewfinder").hidden = false;
  by("hint").textContent = sentence("officer.opening");
  try {
    const opened = open(by("video")).then((on) => (mine === opening ? (camera = on) : on.close()));
    await Promise.all([opened, load()]); // at once; where one fails, the other's camera is let go
    if (mine !== opening) return undefined;
    reading = await look(by("video"), (text) => {
      navigator.vibrate?.(HAPTIC);
      found(text);
    });
  } catch (problem) {
    stop();
    return tellReading(problem);
  }
  showControls();
  by("hint").textContent = sentence("officer.looking");
  by("stop").hidden = false;
  by("stop").focus({ preventScroll: true });
  by("start").hidden = true;
  return undefined;
}

/** Close the camera. */
export function stop() {
  opening += 1;
  reading?.stop();
  camera?.close();
  camera = reading = null;
  for (const id of ["viewfinder", "stop", "lamp", "zooming"]) by(id).hidden = true;
  by("start").hidden = false;
  by("start").disabled = false;
  by("hint").textContent = "";
}

/** Say what the officer can mend about reading. */
export function tellReading(problem) {
  if (!(problem instanceof ReadingProblem)) throw problem;
  by("hint").textContent = sentence(problem.key);
}

function showControls() {
  by("lamp").hidden = camera.lamp === null;
  by("lamp").setAttribute("aria-pressed", "false");
  by("zooming").hidden = camera.zoom === null;
  if (camera.zoom) Object.assign(by("zoom"), { min: camera.zoom.min, max: camera.zoom.max, step: camera.zoom.step, value: camera.zoom.value });
}

by("lamp").addEventListener("click", async () => {
  const on = by("lamp").getAttribute("aria-pressed") !== "true";
  try {
    await camera?.light(on);
    by("lamp").setAttribute("aria-pressed", String(on));
  } catch {
    by("hint").textContent = sentence("officer.problem.lamp");
  }
});
by("zoom").addEventListener("input", () => {
  camera?.enlarge(Number(by("zoom").value)).catch(() => (by("hint").textContent = sentence("officer.problem.zoom")));
});
