// The holder proves by their device key who they are, and shows the code that says so for less than a minute.

import { Problem, send } from "../house.js";
import { confirmByDevice, DeviceRefused } from "../scan/device.js";

const place = document.getElementById("presenting");
const wordsOf = (id) => JSON.parse(document.getElementById(id).textContent);
const words = { ...wordsOf("presenting-words"), ...wordsOf("device-words") };
const [figure, image, left, said, button] = ["figure", "img", ".left", ".said", "button"].map((each) => place.querySelector(each));
const door = `/api/certificates/${place.dataset.certificate}/presentations`;
let counting = 0;

const present = async () => {
  hide("");
  const { id, seconds, device } = await send("POST", door, {});
  const answer = await confirmByDevice(device, { seconds });
  show(await send("POST", `${door}/${id}/code`, { device: answer }));
};

const show = ({ picture, seconds }) => {
  image.src = `data:image/svg+xml,${encodeURIComponent(picture)}`;
  figure.hidden = false;
  const ends = Date.now() + seconds * 1000;
  const tick = () => {
    const rest = Math.ceil((ends - Date.now()) / 1000);
    if (rest <= 0) return hide(words["presenting.over"]);
    left.textContent = words["presenting.left"].replace("{count}", rest);
    return undefined;
  };
  counting = setInterval(tick, 250);
  tick();
};

const hide = (sentence) => {
  clearInterval(counting);
  figure.hidden = true;
  image.removeAttribute("src");
  said.textContent = sentence;
};

button.addEventListener("click", async () => {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await present();
  } catch (error) {
    if (error instanceof Problem) hide(error.message);
    else if (error instanceof DeviceRefused) {
      const sentence = words[`scan.device_${error.reason}`] ?? words["scan.device_denied"];
      hide(sentence.replace("{host}", error.facts.host));
    } else throw error;
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});
