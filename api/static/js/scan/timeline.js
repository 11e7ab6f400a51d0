// What a scan shows, and when. Pure: steps in, moments out.
//
//   look ahead ─ step ─ back ─ step ─ back
//
// 800 + 2 × (1700 + 900) ms at one frame in 120 ms are 50 frames: fast enough to catch a blink, few enough to
// send over a telephone network, and each step leaves half a second to read and a second to move.

export const FRAME_MS = 120;
const SETTLE_MS = 800;
const STEP_MS = 1700;
const HOME_MS = 900;

/** The moments of a scan: `{word, step, from, until, number}`, times in ms since its begin. */
export const timeline = (steps) => {
  const moments = [{ word: "settle", step: null, number: 0, from: 0, until: SETTLE_MS }];
  let at = SETTLE_MS;
  steps.forEach((step, index) => {
    moments.push({ word: step, step, number: index + 1, from: at, until: at + STEP_MS });
    moments.push({ word: "home", step: null, number: index + 1, from: at + STEP_MS, until: at + STEP_MS + HOME_MS });
    at += STEP_MS + HOME_MS;
  });
  return moments;
};

/** The moment at `ms`, or undefined when the scan is over. */
export const momentAt = (moments, ms) => moments.find((moment) => ms >= moment.from && ms < moment.until);

/** How much of a step is done at `ms`, 0 to 1; its way home counts. */
export const progressAt = (moments, moment, ms) => {
  const parts = moments.filter((one) => one.number === moment.number);
  const from = parts[0].from;
  return Math.min(1, (ms - from) / (parts[parts.length - 1].until - from));
};
