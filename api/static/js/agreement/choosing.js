// Choosing: which PDFs are signed together, and in which order. They stand in the form's own field as they are listed,
// so that they are sent in that order.

const part = (id) => document.getElementById(id);

/** `fill` gives a sentence, `told` a file's name and size; `changed` is called when other files are chosen here. */
export const choosing = ({ form, fill, told, changed }) => {
  const field = form.elements.document;
  const most = Number(form.dataset.most);
  let chosen = [...field.files];

  const button = (label, name, act, disabled = false) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "plain soft", textContent: label, disabled });
    made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    return made;
  };
  const line = (file, place) => {
    const made = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = told(file);
    const swap = (by) => () => {
      const moved = [...chosen];
      [moved[place], moved[place + by]] = [moved[place + by], moved[place]];
      choose(moved);
      part("chosen").children[place + by].querySelector("button:not(:disabled)").focus();
    };
    made.append(
      name,
      button("↑", fill("start.earlier", { name: file.name }), swap(-1), place === 0),
      button("↓", fill("start.later", { name: file.name }), swap(1), place === chosen.length - 1),
      button(fill("start.drop"), fill("start.drop_file", { name: file.name }), () => {
        choose(chosen.filter((other) => other !== file));
        part("another").focus();
      }),
    );
    return made;
  };
  const draw = () => {
    const several = chosen.length > 1 && !ready();
    part("chosen").replaceChildren(...(several ? chosen.map(line) : []));
    for (const shown of document.querySelectorAll("#chosen, #placing-several")) shown.hidden = !several;
    part("more").hidden = !chosen.length || chosen.length >= most || ready();
  };
  const ready = () => form.elements.ready?.value === "true";

  const choose = (files) => {
    chosen = files;
    const list = new DataTransfer();
    for (const file of files) list.items.add(file);
    field.files = list.files;
    draw();
    changed();
  };

  field.addEventListener("change", () => {
    chosen = [...field.files];
  });
  part("another").addEventListener("change", ({ target }) => {
    const added = [...target.files];
    target.value = "";
    choose([...chosen, ...added]);
  });

  return { files: () => chosen, draw };
};
