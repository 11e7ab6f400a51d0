// The form that adds a device key: a name, the device's own prompt, then the page on which it is approved.

import { Problem, send } from "../house.js";
import { DeviceRefused, makeKey } from "./device.js";

const form = document.getElementById("device-form");
const words = JSON.parse(document.getElementById("device-words").textContent);
const part = (selector) => form.querySelector(selector);
const [submit, result, asking] = ["[type=submit]", ".result", ".asking"].map(part);

const busy = (now) => {
  submit.disabled = now;
  submit.toggleAttribute("aria-busy", now);
  asking.hidden = !now;
  if (now) result.hidden = true;
};

const refuse = (sentence) => {
  busy(false);
  result.querySelector(".sentence").textContent = sentence;
  result.hidden = false;
  submit.focus();
};

const add = async () => {
  const asked = await send("POST", "/api/people/me/passkeys", { label: form.elements.label.value });
  const made = await makeKey(asked);
  const { next } = await send("POST", `/api/people/me/passkeys/${asked.id}/key`, made);
  location.assign(next);
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(true);
  add().catch((error) => {
    if (error instanceof Problem) refuse(error.message);
    else if (error instanceof DeviceRefused) {
      const sentence = words[`scan.device_${error.reason}`] ?? words["scan.device_denied"];
      refuse(sentence.replace("{host}", error.facts.host));
    } else throw error;
  });
});

if (window.PublicKeyCredential) submit.disabled = false; // only now can it be touched
else {
  refuse(words["scan.device_absent"]);
  submit.disabled = true;
}
