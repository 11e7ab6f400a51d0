// One face scan on a page: camera, challenge, device key, frames until all is done.
//
// The camera opens first, so that the browser's question does not eat the minute of the challenge. The device key
// confirms before any frame is sent: who lacks the device shows no face in vain. Every refusal shows its sentence
// and offers a new challenge; after three the other route is the better way.
// #scan carries data-phase (idle, opening, device, running, passed, refused), data-step (the step asked now) and
// data-sign (what is shown of it).

import { Problem, say, send } from "../house.js";
import { CameraRefused, openCamera } from "./camera.js";
import { DeviceRefused, confirmByDevice } from "./device.js";
import { openFilm, openPhotograph } from "./camera-scripted.js";
import { Interrupted, scanLive } from "./live.js";
import { connectSwitch, hush, speak } from "./speech.js";

const FAILURES_TO_OTHER_ROUTE = 3;
const FINAL = new Set(["too-many-failures", "too-many-in-frames", "too-many-from-here", "face-alone-later"]);

const root = document.getElementById("scan");
const words = JSON.parse(document.getElementById("scan-words").textContent);
const part = (selector) => root.querySelector(selector);
const [stage, prompt, video, film, ring] = [".stage", ".prompt", "video", ".film", ".ring .done"].map(part);
const [result, start, stop] = [".result", ".start", ".stop"].map(part);

const word = (key, facts = {}) =>
  Object.entries(facts).reduce((text, [name, fact]) => text.replace(`{${name}}`, fact), words[`scan.${key}`]);

const failuresKey = `scan-failures:${root.dataset.to}`;
let counted = 0; // where the browser keeps nothing, as in a frame of another site
const remembering = (work) => {
  try {
    return work(sessionStorage);
  } catch {
    return null;
  }
};
const failures = () => remembering((store) => Number(store.getItem(failuresKey) ?? 0)) ?? counted;
const failed = () => {
  counted += 1;
  remembering((store) => store.setItem(failuresKey, failures() + 1));
};

let camera = null;
let stopped = false;
let countdown = 0;
let asking = null;

const phase = (name) => {
  const live = ["opening", "device", "running"].includes(name);
  root.dataset.phase = name;
  if (name !== "running") {
    delete root.dataset.step;
    delete root.dataset.sign;
    shine(null);
  }
  stage.hidden = !live;
  start.hidden = live || name === "passed";
  stop.hidden = !live;
  part(".before").hidden = name !== "idle";
  part(".demo")?.toggleAttribute("hidden", live);
};

const fill = (share) => {
  ring.style.visibility = share > 0.01 ? "visible" : "hidden";
  ring.style.strokeDasharray = `${share * 100} 100`;
};

const count = (seconds) => {
  const end = performance.now() + seconds * 1000;
  const show = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    part(".countdown").textContent = word("left_seconds", { seconds: left });
  };
  clearInterval(countdown);
  show();
  countdown = setInterval(show, 500);
};

const closeCamera = () => {
  clearInterval(countdown);
  hush();
  camera?.close();
  camera = null;
};

const openChosen = () => {
  const chosen = root.querySelector("input[name=camera]:checked")?.value ?? "camera";
  video.hidden = chosen !== "camera";
  film.hidden = chosen === "camera";
  if (chosen === "own") return openFilm(film, root.dataset.own);
  if (chosen === "other") return openFilm(film, root.dataset.other);
  if (chosen === "photograph") return openPhotograph(film, root.dataset.own);
  return openCamera(video);
};

const announce = (text) => {
  if (prompt.textContent === text) return;
  prompt.textContent = text;
  speak(text);
};

const check = () => {
  if (stopped) throw new Interrupted("stopped");
  if (document.hidden) throw new Interrupted("hidden");
};

// Light on the face, an experiment (identity.flash): the whole screen takes the colour, and nothing else can be reached.
const lights = "light" in root.dataset && !matchMedia("(prefers-reduced-motion: reduce)").matches;
const shine = (light) => {
  const lit = lights && Boolean(light);
  root.toggleAttribute("data-lit", lit);
  if (lit) root.style.setProperty("--light", light);
  for (let inner = root; inner !== document.body; inner = inner.parentElement) {
    for (const other of inner.parentElement.children) if (other !== inner) other.inert = lit;
  }
};

const show = ({ step, returning, number, count: steps, light }) => {
  shine(light);
  const sign = step ? (returning ? "home" : step) : "settle";
  if (step && root.dataset.step !== step && navigator.vibrate) navigator.vibrate(60);
  if (step) root.dataset.step = step;
  else delete root.dataset.step;
  root.dataset.sign = sign;
  announce(word(sign));
  part(".of").textContent = number ? word("step_of", { number, count: steps }) : "";
  fill((step ? number - (returning ? 0.5 : 1) : number) / steps);
};

const shownAgain = () =>
  new Promise((resolve) => {
    if (!document.hidden) resolve(); // a phone may put its own prompt over the page
    else document.addEventListener("visibilitychange", resolve, { once: true });
  });

const confirmed = async ({ device, seconds }) => {
  if (!device) return null;
  phase("device");
  announce(word("device_prompt"));
  asking = new AbortController();
  const answer = await confirmByDevice(device, { seconds, signal: asking.signal });
  asking = null;
  await shownAgain();
  return answer;
};

// `judged`: the server looked at frames and refused them; `final`: another scan is no way any more.
const refuse = (sentence, { judged = false, final = false } = {}) => {
  if (judged) failed();
  phase("refused");
  const state = result.querySelector(".state");
  state.dataset.icon = "✕";
  state.dataset.tone = "wait";
  state.textContent = word(judged ? "refused" : "undone");
  result.querySelector(".sentence").textContent = sentence;
  result.hidden = false;
  const many = failures() >= FAILURES_TO_OTHER_ROUTE;
  part(".window").hidden = false;
  part(".window .why").textContent = many ? word("window_now", { failures: failures() }) : word("window");
  start.textContent = word("again");
  start.hidden = final;
  start.classList.toggle("act", !many);
  start.classList.toggle("quiet", many);
  const other = part(".window a");
  other.classList.toggle("act", many);
  other.classList.toggle("quiet", !many);
  if (many) other.focus();
  else if (!final) start.focus();
};

/** What the page wants to go along with the request for a challenge; nothing on most pages. */
const alongside = () => {
  const bodies = [...document.querySelectorAll("[data-scan-body]")].filter(({ value }) => value);
  return bodies.length ? Object.assign({}, ...bodies.map(({ value }) => JSON.parse(value))) : undefined;
};

const scan = async () => {
  phase("opening");
  result.hidden = true;
  part(".window").hidden = true;
  part(".of").textContent = part(".countdown").textContent = "";
  fill(0);
  announce(word("camera_opening"));
  stage.scrollIntoView({ block: "center", behavior: "smooth" });
  camera = await openChosen();
  check();
  const challenge = await send("POST", root.dataset.to, alongside());
  check();
  count(challenge.seconds);
  const device = await confirmed(challenge);
  check();
  phase("running");
  show({ step: null, returning: false, number: 0, count: 1, light: null });
  const path = `${root.dataset.answers}/${challenge.challenge}/frames`;
  const passed = await scanLive(camera, { path, device, lit: lights, show, check });
  remembering((store) => store.removeItem(failuresKey));
  closeCamera();
  fill(1);
  phase("passed");
  const state = result.querySelector(".state");
  state.dataset.icon = "✓";
  state.dataset.tone = "good";
  state.textContent = word("passed");
  result.querySelector(".sentence").textContent = "";
  result.hidden = false;
  location.assign(passed.next);
};

const explain = (error) => {
  closeCamera();
  if (error instanceof Problem) {
    refuse(error.message, { judged: error.judged, final: FINAL.has(error.code) });
  } else if (error instanceof CameraRefused) {
    part(".demo")?.setAttribute("open", "");
    refuse(word(`camera_${error.reason}`));
  } else if (error instanceof DeviceRefused && error.reason !== "stopped") {
    refuse(word(`device_${error.reason}`, error.facts));
  } else if (error.reason === "stopped") {
    phase("idle");
    start.focus();
  } else if (error instanceof Interrupted) {
    refuse(word(error.reason));
  } else {
    refuse(word("camera_lost"));
    throw error;
  }
};

connectSwitch(part(".speech input"));
start.addEventListener("click", () => {
  say("");
  speak(""); // some phones give a page its voice only at a touch
  stopped = false;
  scan().catch(explain);
});
stop.addEventListener("click", () => {
  stopped = true;
  stop.hidden = true;
  asking?.abort();
});
addEventListener("pagehide", closeCamera);
start.disabled = false; // only now can it be touched
