// A signature drawn with mouse, finger or pen, or typed; kept as strokes of points on a board of 1200 by 400.
//
// Nothing is sent from here: #scan-body holds the JSON that goes with the request for a challenge, or nothing.

const MOST_POINTS = 3000, MOST_STROKES = 60; // as signing/signature_images.py
const APART = 4; // units of the board between two points that are kept

const root = document.getElementById("drawing");
const board = root.querySelector("canvas");
const pen = board.getContext("2d");
const typed = document.getElementById("typed-name");
const body = document.getElementById("scan-body");
const said = root.querySelector("[role=status]");
const [undo, clear] = ["undo", "clear"].map((does) => root.querySelector(`[data-does=${does}]`));

let strokes = [];
let now = null; // the stroke that is being drawn

const point = (event) => {
  const { left, top, width, height } = board.getBoundingClientRect();
  const within = (value, most) => Math.min(most, Math.max(0, Math.round(value * most)));
  return [within((event.clientX - left) / width, board.width), within((event.clientY - top) / height, board.height)];
};

const paint = () => {
  pen.clearRect(0, 0, board.width, board.height);
  Object.assign(pen, { lineWidth: 13, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(board).color });
  for (const stroke of now ? [...strokes, now] : strokes) {
    pen.beginPath();
    pen.moveTo(...stroke[0]);
    for (const each of stroke) pen.lineTo(...each);
    pen.stroke();
  }
};

const settle = () => {
  const name = typed.value.trim();
  const has = strokes.length > 0;
  body.value = name ? JSON.stringify({ typed: name }) : has ? JSON.stringify({ strokes }) : "";
  said.textContent = said.dataset[name ? "typed" : has ? "drawn" : "none"];
  undo.disabled = clear.disabled = !has;
  paint();
};

const points = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

board.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || strokes.length >= MOST_STROKES || points() >= MOST_POINTS) return;
  event.preventDefault();
  board.setPointerCapture(event.pointerId);
  typed.value = ""; // the last of the two counts
  now = [point(event)];
  paint();
});

board.addEventListener("pointermove", (event) => {
  if (!now) return;
  const [x, y] = point(event);
  const [before, above] = now.at(-1);
  if (Math.hypot(x - before, y - above) < APART || points() + now.length >= MOST_POINTS) return;
  now.push([x, y]);
  paint();
});

const lift = () => {
  if (!now) return;
  strokes.push(now);
  now = null;
  settle();
};
board.addEventListener("pointerup", lift);
board.addEventListener("pointercancel", lift);

undo.addEventListener("click", () => {
  strokes.pop();
  settle();
});
clear.addEventListener("click", () => {
  strokes = [];
  settle();
});
typed.addEventListener("input", settle);
settle();
