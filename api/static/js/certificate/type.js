// The form that registers a type of certificates: shows a sample first, then lets it be registered.

import { busy, filling, say, send } from "../house.js";

const fill = filling("types-words");
const form = document.getElementById("type-form");
const part = (id) => document.getElementById(id);
const input = part("description");

/** Another file must be looked at anew before it is registered. */
const picked = () => {
  part("picked").textContent = input.files[0]?.name ?? "";
  part("preview").hidden = part("register").hidden = true;
  say("");
};

const show = (seen) => {
  const zh = document.documentElement.lang.startsWith("zh");
  part("preview-name").textContent = `${zh ? seen.zh : seen.en} ${seen.name}`;
  part("preview-known").textContent = seen.known ? fill("types.known") : fill("types.fresh", { name: seen.name });
  part("preview-code").textContent = fill("types.code", { version: seen.qr_version, most: seen.qr_most_version });
  part("preview-digest").textContent = seen.digest;
  part("preview-page").src = seen.page;
  part("preview").hidden = false;
  part("register").hidden = seen.known;
};

part("look").addEventListener("click", ({ currentTarget }) => {
  if (form.reportValidity()) {
    busy(currentTarget, async () => show(await send("POST", "/api/certificate-types/previews", new FormData(form))), () => {
      input.value = ""; // a file that was mended on the disk must be chosen anew
    });
  }
});
input.addEventListener("change", picked);
picked(); // what was chosen before this ran
