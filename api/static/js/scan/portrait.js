// The portrait of an enrollment: from a file, from the camera, or the demonstration's; then sent.

import { Problem, send } from "../house.js";
import { CameraRefused, openCamera } from "./camera.js";

const form = document.getElementById("portrait-form");
const words = JSON.parse(document.getElementById("scan-words").textContent);
const examining = JSON.parse(document.getElementById("portrait-words").textContent)["enrollment.examining"];
const part = (selector) => form.querySelector(selector);
const [glass, video, taken, submit, shutter] = [".glass", "video", ".taken", ".send", ".shutter"].map(part);
const [opener, file, result] = [".open-camera", "input[type=file]", ".result"].map(part);

let portrait = null;
let camera = null;

const refuse = (sentence) => {
  result.querySelector(".sentence").textContent = sentence;
  result.hidden = false;
};

const closeCamera = () => {
  camera?.close();
  camera = null;
  glass.hidden = shutter.hidden = true;
  opener.hidden = false;
};

const take = (picture) => {
  closeCamera();
  result.hidden = true;
  portrait = picture;
  URL.revokeObjectURL(taken.src);
  taken.src = URL.createObjectURL(picture);
  taken.hidden = false;
  submit.hidden = false;
};

opener.addEventListener("click", async () => {
  result.hidden = taken.hidden = opener.hidden = true;
  glass.hidden = false; // before the camera opens: a video that is not shown does not play everywhere
  try {
    camera = await openCamera(video);
    shutter.hidden = false;
    shutter.focus();
  } catch (error) {
    closeCamera();
    taken.hidden = !portrait;
    if (!(error instanceof CameraRefused)) throw error;
    refuse(words[`scan.camera_${error.reason}`]);
  }
});

shutter.addEventListener("click", async () => {
  take(await camera.frame());
  submit.focus();
});

file.addEventListener("change", () => {
  if (file.files.length) take(file.files[0]);
});

part(".use-demonstration")?.addEventListener("click", async () => {
  const answer = await fetch(`/demonstration/faces/${form.dataset.own}/portrait/0.jpg`);
  take(await answer.blob());
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const label = submit.textContent;
  const body = new FormData();
  body.append("portrait", portrait, portrait.name ?? "portrait.jpg");
  submit.disabled = true;
  submit.setAttribute("aria-busy", "true");
  submit.textContent = examining;
  result.hidden = true;
  try {
    await send("POST", "/api/people/me/enrollment", body);
    if (form.dataset.back) location.assign(form.dataset.back);
    else location.reload();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    refuse(problem.message);
    submit.disabled = false;
    submit.removeAttribute("aria-busy");
    submit.textContent = label;
  }
});

addEventListener("pagehide", closeCamera);

// What is no picture has no preview; the server says why.
taken.addEventListener("error", () => (taken.hidden = true));

// Only now can they be touched.
form.querySelectorAll("button:disabled").forEach((button) => (button.disabled = false));
