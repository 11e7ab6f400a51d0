// Records a clip along a timeline: one frame every FRAME_MS, each with the time it was taken.

import { FRAME_MS, momentAt, progressAt } from "./timeline.js";

/** The recording was broken off: `reason` is the end of a word's key, as in scan.hidden. */
export class Interrupted extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const until = (moment) => new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - performance.now())));

/**
 * Record `camera` along `moments`; `show(moment, progress)` is called at each frame, `check()` throws to stop.
 * Gives {frames: Blob[], times: integer ms[]}, times rising from 0.
 */
export const record = async (camera, moments, { show, check }) => {
  const begin = performance.now();
  const end = moments[moments.length - 1].until;
  const frames = [];
  const times = [];
  let shown = null;
  for (let slot = 0; slot * FRAME_MS < end; ) {
    await until(begin + slot * FRAME_MS);
    check();
    if (camera.ended()) throw new Interrupted("camera_lost");
    const ms = Math.round(performance.now() - begin);
    const moment = momentAt(moments, ms);
    if (!moment) break;
    if (moment !== shown) camera.perform(moment.step);
    shown = moment;
    show(moment, progressAt(moments, moment, ms));
    const frame = await camera.frame();
    if (frame && ms > (times.at(-1) ?? -1)) {
      frames.push(frame);
      times.push(ms);
    }
    slot = Math.max(slot + 1, Math.ceil((performance.now() - begin) / FRAME_MS));
  }
  return { frames, times };
};
