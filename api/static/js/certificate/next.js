// A next version of a certificate: renewed, amended, or issued again. Sends the fields that differ from what it says.

import { busy, follow, send } from "../house.js";

const changed = (form) =>
  Object.fromEntries(
    [...form.querySelectorAll("[data-field]")]
      .filter((input) => input.value.trim() !== input.defaultValue)
      .map((input) => [input.dataset.field, input.value]),
  );

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.next) return;
  event.preventDefault();
  const asked = { how: form.dataset.next, fields: changed(form), valid_until: form.elements.valid_until?.value || null };
  const to = `/api/certificates/${location.pathname.split("/")[2]}/successors`;
  busy(event.submitter, async () => follow(await send("POST", to, asked)));
});
