// The pictures of an enrolment: one to three by the camera, then sent; a document's only when the server asks for it.

import { Problem, send } from "../house.js";
import { CameraRefused, openCamera } from "./camera.js";

const MOST = 3;
const DEMONSTRATED = [0, 7, 14]; // frames of the clip in which a demonstration's person looks ahead

const form = document.getElementById("portrait-form");
const cameraWords = JSON.parse(document.getElementById("scan-words").textContent);
const said = JSON.parse(document.getElementById("portrait-words").textContent);
const word = (key) => said[`enrollment.say_${key}`];
const part = (selector) => form.querySelector(selector);
const [shooting, prompt, video, shutter] = [".shooting", ".prompt", "video", ".shutter"].map(part);
const [opener, submit, result, paper, card] = [".open-camera", ".send", ".result", ".document", ".taken"].map(part);
const file = part("input[type=file]");
const places = [...form.querySelectorAll(".captures li")];

const captures = Array(MOST).fill(null);
let camera = null;

const nextFree = () => captures.indexOf(null);

const show = (image, blob) => {
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(blob);
};

const draw = () => {
  const taken = captures.filter(Boolean).length;
  submit.hidden = !taken;
  shooting.hidden = shutter.hidden = !camera;
  opener.hidden = Boolean(camera) || taken === MOST;
  opener.className = taken ? "quiet open-camera" : "act open-camera";
  shutter.className = taken ? "quiet shutter" : "act shutter"; // one thing at a time is the main thing to do
  shutter.textContent = taken ? word("more") : word("shoot");
  if (camera) prompt.textContent = word(nextFree() + 1);
  places.forEach((place, at) => (place.hidden = !captures[at]));
};

const refuse = (sentence, capture) => {
  result.querySelector(".sentence").textContent = sentence;
  result.hidden = false;
  places.forEach((place, at) => place.toggleAttribute("data-refused", at + 1 === capture));
};

const settle = () => {
  result.hidden = true;
  places.forEach((place) => place.removeAttribute("data-refused"));
};

const closeCamera = () => {
  camera?.close();
  camera = null;
};

const keep = (picture) => {
  const at = nextFree();
  captures[at] = picture;
  show(places[at].querySelector("img"), picture);
  if (nextFree() < 0) closeCamera();
  draw();
};

const open = async () => {
  settle();
  opener.hidden = true;
  shooting.hidden = false; // before the camera opens: a video that is not shown does not play everywhere
  try {
    camera = await openCamera(video);
    draw();
    shutter.focus();
  } catch (error) {
    draw();
    if (!(error instanceof CameraRefused)) throw error;
    refuse(cameraWords[`scan.camera_${error.reason}`]);
  }
};

opener.addEventListener("click", open);

shutter.addEventListener("click", async () => {
  settle();
  shutter.disabled = true; // a second touch before the picture is there takes no second one
  try {
    const picture = await camera.frame();
    if (picture && camera) keep(picture);
  } finally {
    shutter.disabled = false;
  }
  if (!camera) submit.focus();
});

places.forEach((place, at) =>
  place.querySelector(".again").addEventListener("click", async () => {
    captures[at] = null;
    draw();
    if (!camera) await open();
    shutter.focus();
  }),
);

part(".use-demonstration")?.addEventListener("click", async () => {
  settle();
  for (const number of DEMONSTRATED) {
    if (nextFree() < 0) return;
    const answer = await fetch(`/demonstration/faces/${form.dataset.own}/neutral/${number}.jpg`);
    keep(await answer.blob());
  }
});

file.addEventListener("change", () => {
  settle();
  card.hidden = !file.files.length;
  if (file.files.length) show(card, file.files[0]);
});

// What is no picture has no preview; the server says why.
card.addEventListener("error", () => (card.hidden = true));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const label = submit.textContent;
  const sent = captures.map((capture, at) => ({ capture, at })).filter(({ capture }) => capture);
  const body = new FormData();
  sent.forEach(({ capture, at }) => body.append("captures", capture, `${at + 1}.jpg`));
  if (file.files.length) body.append("document", file.files[0]);
  if (form.elements.code) body.append("code", form.elements.code.value); // an officer let the face be replaced
  closeCamera();
  settle();
  draw();
  submit.disabled = true;
  submit.setAttribute("aria-busy", "true");
  submit.textContent = word("examining");
  try {
    await send("POST", "/api/people/me/enrollment", body);
    if (form.dataset.back) location.assign(form.dataset.back);
    else location.reload();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    refuse(problem.message, problem.capture && sent[problem.capture - 1].at + 1);
    if (problem.code === "document-needed") paper.hidden = false;
    submit.disabled = false;
    submit.removeAttribute("aria-busy");
    submit.textContent = label;
  }
});

addEventListener("pagehide", closeCamera);

// Only now can they be touched.
form.querySelectorAll("button:disabled").forEach((button) => (button.disabled = false));
