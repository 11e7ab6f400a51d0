// The demonstration camera: plays the clip of an invented person for each step that is asked.
// A double; its frames are served in the demonstration only.

import { CameraRefused, squareJpeg } from "./camera.js";

const FRAME_MS = 66; // the clips were made at 15 frames a second
const FRAMES = 15;
const CLIPS = { turn_left: "left", turn_right: "right", blink: "blink", open_mouth: "mouth", nod: "nod" };
const TURNS = new Set(["turn_left", "turn_right"]);
const AGAIN_MS = 3000; // who is still asked by then does it again, as people do
const CLOSEST = 0.4; // how much larger a face is that has come closer

const picture = async (face, clip, number) => {
  const response = await fetch(`/demonstration/faces/${face}/${clip}/${number}.jpg`);
  if (!response.ok) throw new CameraRefused("absent");
  return createImageBitmap(await response.blob());
};

const frames = (face, clip) => Promise.all([...Array(FRAMES).keys()].map((number) => picture(face, clip, number)));

const film = async (face) => {
  const entries = Object.entries(CLIPS).map(async ([step, clip]) => {
    const played = await frames(face, clip);
    return [step, TURNS.has(step) ? [...played, ...played.slice().reverse()] : played];
  });
  const once = await frames(face, "neutral");
  const rest = [...once, ...once.slice().reverse()];
  return { rest, closer: await Promise.all(rest.map(closer)), ...Object.fromEntries(await Promise.all(entries)) };
};

// The middle square of the picture; of one that has come closer a smaller one, about the face.
const cover = (canvas, image) => {
  const side = Math.min(image.width, image.height);
  canvas
    .getContext("2d")
    .drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
};

const closer = (image, place, all) => {
  const side = image.width / (1 + CLOSEST * Math.sin((Math.PI * place) / (all.length - 1)) ** 2);
  return createImageBitmap(image, (image.width - side) * 0.48, (image.height - side) * 0.45, side, side);
};

const camera = (canvas, draw, perform) => {
  canvas.hidden = false;
  draw();
  const beat = setInterval(draw, FRAME_MS);
  return {
    frame: ({ quality } = {}) => squareJpeg(canvas, canvas.width, canvas.height, { quality }),
    perform,
    ended: () => false,
    close: () => clearInterval(beat),
  };
};

/** Play `face` doing what is asked; the same shape as openCamera's. */
export const openFilm = async (canvas, face) => {
  const clips = await film(face);
  let queue = [];
  let idle = 0;
  let asked = null;
  let since = 0;
  const draw = () => cover(canvas, queue.shift() ?? clips.rest[idle++ % clips.rest.length]);
  return camera(canvas, draw, (step) => {
    if (!step || (step === asked && performance.now() - since < AGAIN_MS)) return;
    queue = [...clips[step]];
    asked = step;
    since = performance.now();
  });
};

/** Hold one photograph of `face` before the camera. */
export const openPhotograph = async (canvas, face) => {
  const still = await picture(face, "photograph", 0);
  return camera(canvas, () => cover(canvas, still), () => {});
};
