// Placing: the starter brings the PDF, sees its pages, and puts each party's mark and day where they belong.
//
// A mark is dragged with mouse or finger, or moved by the keyboard: arrows by a step, with Shift by a point, Page Up
// and Page Down to another page, Delete back to where marks go by themselves. What nobody placed is not sent.

import { Problem, send } from "../house.js";
import { freeSpot, kept, overlap } from "./marks.js";

const POINT_MM = 25.4 / 72;
const STEP = 10; // points
const DRAG_PX = 5; // a press that moves less is a press

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const PAGES = { PageUp: -1, PageDown: 1 };

const part = (id) => document.getElementById(id);
const millimetres = (points) => Math.round(points * POINT_MM);

/** `rows` gives the parties in order, `kindOf` and `nameOf` what a row is; `fill` gives a sentence. */
export const placing = ({ form, rows, kindOf, nameOf, fill }) => {
  const fold = part("placing");
  const sheet = part("sheet");
  const sizes = JSON.parse(fold.dataset.sizes);
  let brought = null; // {digest, pages}
  let shown = 0; // the page that is seen, from 0
  let places = new Map(); // row -> {place, date}

  const tell = (sentence) => {
    part("placing-note").textContent = sentence;
  };
  const sizeOf = (row, what) => {
    const [width, height] = sizes[what === "date" ? "date" : kindOf(row) === "seal" ? "seal" : "person"];
    return { width, height };
  };
  const placeOf = (row, what) => places.get(row)?.[what];
  const labelOf = (row, what) => {
    const kind = what === "date" ? "date" : kindOf(row) === "seal" ? "seal" : "signature";
    return fill("start.mark", { number: rows().indexOf(row) + 1, name: nameOf(row), kind: fill(`start.mark_${kind}`) });
  };
  /** Give the marks that can be placed, placed or not. */
  const marks = () =>
    rows()
      .filter((row) => kindOf(row) !== "approver")
      .flatMap((row) => ["place", "date"].map((what) => ({ row, what })));
  const boxes = (except) =>
    marks()
      .filter(({ row, what }) => placeOf(row, what) && !(row === except.row && what === except.what))
      .map(({ row, what }) => ({ ...placeOf(row, what), ...sizeOf(row, what), label: labelOf(row, what) }));

  const put = (mark, place) => {
    const { row, what } = mark;
    places.set(row, { ...places.get(row), [what]: kept(place, sizeOf(row, what), brought.pages[place.page]) });
  };
  const takeBack = ({ row, what }) => {
    const { [what]: _, ...rest } = places.get(row);
    places.set(row, rest);
  };

  const clash = (mark) => {
    const box = { ...placeOf(mark.row, mark.what), ...sizeOf(mark.row, mark.what) };
    return boxes(mark).find((other) => overlap(box, other));
  };
  const described = (mark) => {
    const { page, left, bottom } = placeOf(mark.row, mark.what);
    const over = clash(mark);
    const facts = { mark: labelOf(mark.row, mark.what), page: page + 1, left: millimetres(left), bottom: millimetres(bottom) };
    return fill("start.placed", facts) + (over ? fill("start.overlaps", { other: over.label }) : "");
  };

  const button = (className, mark) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.dataset.number = rows().indexOf(mark.row) + 1;
    made.dataset.what = mark.what;
    return made;
  };
  const markOf = ({ dataset: { number, what } }) => ({ row: rows()[number - 1], what });
  const onSheet = ({ row, what }) =>
    sheet.querySelector(`.laid[data-number="${rows().indexOf(row) + 1}"][data-what=${what}]`);

  const lay = (made, mark) => {
    const { left, bottom } = placeOf(mark.row, mark.what);
    const { width, height } = sizeOf(mark.row, mark.what);
    const page = brought.pages[shown];
    const share = (points, whole) => `${(points / whole) * 100}%`;
    Object.assign(made.style, {
      left: share(left, page.width),
      bottom: share(bottom, page.height),
      width: share(width, page.width),
      height: share(height, page.height),
    });
    made.setAttribute("aria-label", described(mark));
    made.classList.toggle("clashing", Boolean(clash(mark)));
  };

  const drawTray = () => {
    part("tray").replaceChildren(
      ...marks().map((mark) => {
        const place = placeOf(mark.row, mark.what);
        const made = button("quiet", mark);
        const where = document.createElement("span");
        where.className = "soft small";
        where.textContent = place
          ? fill("start.on_page", { page: place.page + 1 })
          : fill(mark.what === "date" ? "start.no_date" : "start.by_itself");
        made.append(labelOf(mark.row, mark.what), where);
        return made;
      }),
    );
  };
  const drawSheet = () => {
    const laid = marks().filter(({ row, what }) => placeOf(row, what)?.page === shown);
    const buttons = laid.map((mark) => {
      const made = button("laid", mark);
      made.dataset.look = mark.what === "date" ? "date" : kindOf(mark.row) === "seal" ? "seal" : "signature";
      made.textContent = mark.what === "date" ? fill("start.mark_date") : nameOf(mark.row);
      made.setAttribute("aria-describedby", "placing-keys");
      lay(made, mark);
      return made;
    });
    sheet.replaceChildren(part("picture"), ...buttons);
  };
  const turnTo = (page) => {
    const { width, height, picture } = brought.pages[page];
    shown = page;
    sheet.style.aspectRatio = `${width} / ${height}`;
    part("picture").src = picture;
    part("picture").alt = fill("start.page_of", { page: page + 1, pages: brought.pages.length });
    part("page").value = String(page);
    part("previous").disabled = page === 0;
    part("following").disabled = page === brought.pages.length - 1;
  };
  const draw = () => {
    if (!brought) return;
    drawTray();
    drawSheet();
  };
  const focusOn = (mark) => {
    draw();
    onSheet(mark)?.focus();
    tell(described(mark));
  };

  /** Put a mark that was nowhere on the page that is seen; show one that lies somewhere. */
  const choose = (mark) => {
    const place = placeOf(mark.row, mark.what);
    if (place) turnTo(place.page);
    else put(mark, freeSpot(shown, sizeOf(mark.row, mark.what), brought.pages[shown], boxes(mark)));
    focusOn(mark);
  };

  const move = (mark, key, fine) => {
    const { page, left, bottom } = placeOf(mark.row, mark.what);
    if (key in ARROWS) {
      const [across, up] = ARROWS[key].map((way) => way * (fine ? 1 : STEP));
      put(mark, { page, left: left + across, bottom: bottom + up });
    } else if (key in PAGES) {
      const next = page + PAGES[key];
      if (!brought.pages[next]) return;
      put(mark, { page: next, left, bottom });
      turnTo(next);
    } else {
      takeBack(mark);
      draw();
      part("tray").querySelector(`[data-number="${rows().indexOf(mark.row) + 1}"][data-what=${mark.what}]`).focus();
      tell(fill("start.taken_back", { mark: labelOf(mark.row, mark.what) }));
      return;
    }
    focusOn(mark);
  };

  sheet.addEventListener("keydown", (event) => {
    const laid = event.target.closest(".laid");
    const known = event.key in ARROWS || event.key in PAGES || event.key === "Delete" || event.key === "Backspace";
    if (!laid || !known) return;
    event.preventDefault();
    move(markOf(laid), event.key, event.shiftKey);
  });

  /** Let the pointer carry a mark; `grip` is where in the mark it is held, in points from its lower left corner. */
  const carry = (origin, event, mark, grip) => {
    const from = [event.clientX, event.clientY];
    let carried = false;
    const to = ({ clientX, clientY }) => {
      const { left, bottom, width } = sheet.getBoundingClientRect();
      const points = brought.pages[shown].width / width;
      return { page: shown, left: (clientX - left) * points - grip.left, bottom: (bottom - clientY) * points - grip.bottom };
    };
    const moved = (now) => {
      carried ||= Math.hypot(now.clientX - from[0], now.clientY - from[1]) > DRAG_PX;
      if (!carried) return;
      put(mark, to(now));
      const laid = onSheet(mark);
      if (laid) lay(laid, mark);
      else drawSheet();
    };
    const ended = () => {
      origin.removeEventListener("pointermove", moved);
      if (!carried) return;
      origin.addEventListener("click", (click) => click.stopImmediatePropagation(), { once: true, capture: true });
      setTimeout(() => focusOn(mark));
    };
    origin.setPointerCapture(event.pointerId);
    origin.addEventListener("pointermove", moved);
    for (const end of ["pointerup", "pointercancel"]) origin.addEventListener(end, ended, { once: true });
  };

  sheet.addEventListener("pointerdown", (event) => {
    const laid = event.target.closest(".laid");
    if (!laid || event.button !== 0) return;
    const { left, bottom, width } = laid.getBoundingClientRect();
    const mark = markOf(laid);
    const points = sizeOf(mark.row, mark.what).width / width;
    carry(laid, event, mark, { left: (event.clientX - left) * points, bottom: (bottom - event.clientY) * points });
  });
  part("tray").addEventListener("pointerdown", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen || event.button !== 0 || event.pointerType === "touch") return; // a finger there scrolls, or taps
    const mark = markOf(chosen);
    const { width, height } = sizeOf(mark.row, mark.what);
    carry(chosen, event, mark, { left: width / 2, bottom: height / 2 });
  });
  part("tray").addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (chosen) choose(markOf(chosen));
  });
  part("page").addEventListener("change", (event) => {
    turnTo(Number(event.target.value));
    draw();
  });
  for (const [id, by] of [["previous", -1], ["following", 1]]) {
    part(id).addEventListener("click", () => {
      turnTo(shown + by);
      draw();
    });
  }

  const ready = () => form.elements.ready?.value === "true";

  /** Send the chosen PDF and show its pages; say why not, where it cannot be. */
  const bring = async () => {
    const file = form.elements.document.files[0];
    if (!fold.open || brought) return;
    if (ready() || !file) {
      tell(fill(ready() ? "start.placing_ready" : "start.choose"));
      return;
    }
    tell(fill("start.bringing"));
    const data = new FormData();
    data.append("document", file);
    try {
      const answer = await send("POST", "/api/documents", data);
      if (form.elements.document.files[0] !== file || ready()) return; // another one was chosen meanwhile
      brought = answer;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      tell(problem.message);
      return;
    }
    part("page").replaceChildren(
      ...brought.pages.map((_, page) => new Option(fill("start.page_of", { page: page + 1, pages: brought.pages.length }), page)),
    );
    part("board").hidden = false;
    turnTo(brought.pages.length - 1);
    draw();
    tell("");
  };
  /** Forget the document and every place: another one was chosen. */
  const forget = () => {
    brought = null;
    places = new Map();
    part("board").hidden = true;
    tell("");
    bring();
  };
  fold.addEventListener("toggle", bring);
  form.addEventListener("change", ({ target: { name } }) => {
    if (name === "ready" || name === "document") forget();
  });
  form.addEventListener("formdata", ({ formData }) => {
    if (!brought) return;
    formData.delete("document"); // it is there already
    formData.set("frozen", brought.digest);
  });

  bring(); // the fold may have been opened before this ran

  return {
    /** Give the places that were chosen for a row's marks. */
    of: (row) => (brought && kindOf(row) !== "approver" ? (places.get(row) ?? {}) : {}),
    draw,
  };
};
