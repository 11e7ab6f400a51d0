// The scan while it runs: a frame every FRAME_MS, sent every BATCH_MS, one request after the other, until the
// server says that all is done. Each answer says what to do now; a request that got no answer is sent again.
//
// On a slow network the frames become lighter, and fewer while no step is asked, so that a request is answered
// soon: the server refuses frames that come long after they were taken. A step is always taken at the full rate:
// a blink is two frames long.

import { Problem, send } from "../house.js";

const FRAME_MS = 120; // fast enough to catch a blink
const LEVELS = [
  { atRest: FRAME_MS, quality: 0.8 }, // about 30 kB a frame
  { atRest: 2 * FRAME_MS, quality: 0.5 }, // a face at rest is seen four times a second
  { atRest: 2 * FRAME_MS, quality: 0.3 }, // never fewer pixels: the size of the face is measured
];
const SLOW_MS = 700; // without an answer for so long, the next level; it answers at 500 kbit/s
const QUICK_MS = 450; // answered sooner, the level before
const SLOWEST_MS = 480; // while nobody answers; a longer gap would break the scan
const BATCH_MS = 400;
const MOST_IN_BATCH = 24; // as the server takes them
const TRIES = 3;
const AGAIN_MS = 500;
const PASSING = new Set(["network", "scans-busy"]);

/** The scan was broken off here: `reason` is the end of a word's key, as in scan.hidden. */
export class Interrupted extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const formOf = (taken, number, device, label, lit) => {
  const form = new FormData();
  taken.forEach(({ frame, ms }) => form.append("frames", frame, `${ms}.jpg`));
  form.append("times", JSON.stringify(taken.map(({ ms }) => ms)));
  form.append("number", number);
  if (device && number === 0) form.append("device", device);
  if (label && number === 0) form.append("camera", label);
  if (lit && number === 0) form.append("lit", "true");
  return form;
};

const sendAgain = async (path, form, check) => {
  for (let left = TRIES - 1; ; left -= 1) {
    check();
    try {
      return await send("POST", path, form);
    } catch (problem) {
      if (!(problem instanceof Problem) || !PASSING.has(problem.code) || left === 0) throw problem;
    }
    await pause(AGAIN_MS);
  }
};

/**
 * Scan what is before `camera` for the challenge at `path`, `lit` by the page; `show(answer)` is called with each answer,
 * `check()` throws to stop. Gives what the passed scan led to.
 */
export const scanLive = async (camera, { path, device, lit, show, check }) => {
  const begin = performance.now();
  let taken = [];
  let first = null; // the times run from the first frame
  let level = 0;
  let pace = FRAME_MS;
  let moving = false; // a step is asked, or is coming home
  let over = false;
  const usual = () => (moving ? FRAME_MS : LEVELS[level].atRest);
  const change = (by) => {
    level = Math.min(Math.max(level + by, 0), LEVELS.length - 1);
    pace = usual();
  };
  const take = async () => {
    while (!over) {
      await pause(pace - ((performance.now() - begin) % pace));
      const ms = Math.round(performance.now() - begin);
      const frame = await camera.frame(LEVELS[level]);
      if (!frame) continue;
      first = first === null ? ms : first;
      taken.push({ frame, ms: ms - first });
      if (taken.length < MOST_IN_BATCH) continue;
      taken = taken.filter((one, place) => place % 2 === 0); // nobody answers: fewer frames say what happened
      pace = Math.min(2 * pace, SLOWEST_MS);
    }
  };
  const fit = () => {
    check();
    if (camera.ended()) throw new Interrupted("camera_lost");
  };
  const taking = take();
  try {
    for (let number = 0; ; number += 1) {
      await pause(BATCH_MS);
      while (taken.length === 0) {
        fit();
        await pause(FRAME_MS);
      }
      const form = formOf(taken, number, device, camera.label, lit);
      taken = [];
      pace = usual();
      const sent = performance.now();
      const slow = setTimeout(() => change(1), SLOW_MS);
      const answer = await sendAgain(path, form, fit).finally(() => clearTimeout(slow));
      if (performance.now() - sent < QUICK_MS) change(-1);
      if (answer.passed) return answer.passed;
      moving = Boolean(answer.step) || Boolean(answer.returning);
      pace = usual();
      camera.perform(answer.step);
      show(answer);
    }
  } finally {
    over = true;
    await taking.catch(() => {}); // a camera that is gone was told already
  }
};
