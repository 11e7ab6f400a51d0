// The person's answer to a case: the code, and before it is sent what the device key says, where one must.
//
// The form is exchanged when the case moves on (live.js), so its events are heard on the document.

import { Problem, send } from "../house.js";
import { DeviceRefused, confirmByDevice } from "../scan/device.js";

const SECONDS = 120; // the device's prompt; the case outlives it

const words = JSON.parse(document.getElementById("device-words").textContent);

const tell = (form, sentence) => {
  const result = form.querySelector(".result");
  result.querySelector(".sentence").textContent = sentence;
  result.hidden = !sentence;
};

const answer = async (form) => {
  const path = `/api/cases/${form.dataset.case}`;
  const { device } = await send("GET", path);
  const signed = device ? await confirmByDevice(device, { seconds: SECONDS }) : null;
  const { next } = await send("POST", `${path}/answer`, { code: form.elements.code.value, device: signed });
  location.assign(next);
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "answer") return;
  event.preventDefault();
  const submit = form.querySelector("[type=submit]");
  submit.disabled = true;
  tell(form, "");
  answer(form).catch((error) => {
    submit.disabled = false;
    form.elements.code.focus();
    if (error instanceof Problem) tell(form, error.message);
    else if (error instanceof DeviceRefused) {
      const sentence = words[`scan.device_${error.reason}`] ?? words["scan.device_denied"];
      tell(form, sentence.replace("{host}", error.facts.host));
    } else throw error;
  });
});
