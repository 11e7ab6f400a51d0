// Placing: the starter brings the PDFs, sees their pages, and puts each party's mark and day where they belong.
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

/** `files` gives the PDFs and `rows` the parties in order, `kindOf` and `nameOf` what a row is; `fill` gives a sentence. */
export const placing = ({ form, files, rows, kindOf, nameOf, fill }) => {
  const fold = part("placing");
  const sheet = part("sheet");
  const sizes = JSON.parse(fold.dataset.sizes);
  const known = new WeakMap(); // file -> what was brought of it: {file, digest, pages}, each page with its document
  let brought = []; // the documents in their order, once all of them are there
  let shown = null; // the page that is seen
  let places = new Map(); // row -> {place, date}

  const tell = (sentence) => {
    part("placing-note").textContent = sentence;
  };
  const sizeOf = (row, what) => {
    const [width, height] = sizes[what === "date" ? what : kindOf(row)] ?? sizes.person;
    return { width, height };
  };
  const placeOf = (row, what) => places.get(row)?.[what];
  const pages = () => brought.flatMap((document) => document.pages);
  /** Give a sentence about a page, which names its document where there are several. */
  const about = (key, page, facts = {}) =>
    fill(brought.length > 1 ? `${key}_named` : key, {
      ...facts,
      name: page.document.file.name,
      page: page.number,
      pages: page.document.pages.length,
    });
  const labelOf = (row, what) => {
    const kind = what === "date" ? what : ["seal", "qualification"].includes(kindOf(row)) ? kindOf(row) : "signature";
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
    places.set(row, { ...places.get(row), [what]: kept(place, sizeOf(row, what), place.page) });
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
    const facts = { mark: labelOf(mark.row, mark.what), left: millimetres(left), bottom: millimetres(bottom) };
    return about("start.placed", page, facts) + (over ? fill("start.overlaps", { other: over.label }) : "");
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
    const page = shown;
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
          ? about("start.on_page", place.page)
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
    const { width, height, picture } = page;
    const every = pages();
    shown = page;
    sheet.style.aspectRatio = `${width} / ${height}`;
    part("picture").src = picture;
    part("picture").alt = about("start.page_of", page);
    part("page").value = String(every.indexOf(page));
    part("previous").disabled = page === every[0];
    part("following").disabled = page === every.at(-1);
  };
  const draw = () => {
    if (!brought.length) return;
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
    else put(mark, freeSpot(shown, sizeOf(mark.row, mark.what), shown, boxes(mark)));
    focusOn(mark);
  };

  const move = (mark, key, fine) => {
    const { page, left, bottom } = placeOf(mark.row, mark.what);
    if (key in ARROWS) {
      const [across, up] = ARROWS[key].map((way) => way * (fine ? 1 : STEP));
      put(mark, { page, left: left + across, bottom: bottom + up });
    } else if (key in PAGES) {
      const next = pages()[pages().indexOf(page) + PAGES[key]];
      if (!next) return;
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
      const points = shown.width / width;
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
    turnTo(pages()[Number(event.target.value)]);
    draw();
  });
  for (const [id, by] of [["previous", -1], ["following", 1]]) {
    part(id).addEventListener("click", () => {
      turnTo(pages()[pages().indexOf(shown) + by]);
      draw();
    });
  }

  const ready = () => form.elements.ready?.value === "true";

  /** Send a PDF, once, and give what it is. */
  const sent = async (file) => {
    if (known.has(file)) return known.get(file);
    const data = new FormData();
    data.append("document", file);
    const { digest, pages: all } = await send("POST", "/api/documents", data);
    const document = { file, digest };
    document.pages = all.map((page, place) => ({ ...page, document, number: place + 1 }));
    known.set(file, document);
    return document;
  };
  const marked = () => [...places.values()].some((each) => Object.keys(each).length);

  /** Send the chosen PDFs and show their pages; say why not, where they cannot be. */
  const bring = async () => {
    const chosen = files();
    if (!(fold.open || marked()) || brought.length) return;
    if (ready() || !chosen.length) {
      tell(fill(ready() ? "start.placing_ready" : "start.choose"));
      return;
    }
    tell(fill("start.bringing"));
    const documents = [];
    try {
      for (const file of chosen) documents.push(await sent(file));
      if (files() !== chosen || ready()) return; // others were chosen meanwhile
      brought = documents;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      tell(problem.message);
      return;
    }
    part("page").replaceChildren(
      ...pages().map((page, place) => new Option(about("start.page_of", page), place)),
    );
    part("board").hidden = false;
    turnTo(brought[0].pages.at(-1));
    draw();
    tell("");
  };
  /** Forget the documents that are chosen no longer, and every place on them. */
  const forget = () => {
    brought = [];
    const left = ready() ? [] : files();
    const stays = ([, { page }]) => left.includes(page.document.file);
    places = new Map([...places].map(([row, each]) => [row, Object.fromEntries(Object.entries(each).filter(stays))]));
    part("board").hidden = true;
    tell("");
    bring();
  };
  fold.addEventListener("toggle", bring);
  form.addEventListener("change", ({ target: { name } }) => {
    if (name === "ready" || name === "document") forget();
  });
  form.addEventListener("formdata", ({ formData }) => {
    if (!brought.length) return;
    formData.delete("document"); // they are there already
    for (const { digest } of brought) formData.append("frozen", digest);
  });

  /** Give a place as the server takes it. */
  const asked = ({ page, left, bottom }) => ({
    document: brought.indexOf(page.document),
    page: page.number - 1,
    left,
    bottom,
  });

  bring(); // the fold may have been opened before this ran

  return {
    /** Give the places that were chosen for a row's marks. */
    of: (row) => {
      const chosen = brought.length && kindOf(row) !== "approver" ? (places.get(row) ?? {}) : {};
      return Object.fromEntries(Object.entries(chosen).map(([what, place]) => [what, asked(place)]));
    },
    /** Whether marks wait for pages that are not here yet. */
    pending: () => marked() && !brought.length,
    draw,
    forget,
  };
};
