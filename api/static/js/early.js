// What is pressed before the page's modules are there is kept, and done once they are: no press is lost. A form that
// names no action is never sent by the browser itself, which would write what it holds into the address.
//
// A plain script in the head, so that it stands before the first button does.

(() => {
  const pressed = new Map(); // element: the act to do, once however often it was pressed

  const keep = (event, element, act) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    pressed.set(element, act);
  };

  const keepClick = (event) => {
    const element = event.target.closest("button[type=button], a[data-keep-fragment]");
    if (element) keep(event, element, () => element.click());
  };

  const keepSubmit = (event) => {
    const { target: form, submitter } = event;
    if (!form.hasAttribute("action")) keep(event, form, () => form.requestSubmit(submitter));
  };

  addEventListener("click", keepClick, true);
  addEventListener("submit", keepSubmit, true);
  document.addEventListener("DOMContentLoaded", () => {
    removeEventListener("click", keepClick, true);
    removeEventListener("submit", keepSubmit, true);
    addEventListener("submit", (event) => event.target.hasAttribute("action") || event.preventDefault(), true);
    for (const act of pressed.values()) act();
  });
})();
