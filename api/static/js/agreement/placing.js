// Placing: the starter brings the PDFs, sees their pages, and puts each party's mark, day and texts where they belong.
//
// A mark is dragged with mouse or finger, or moved by the keyboard: arrows by a step, with Shift by a point, Page Up
// and Page Down to another page, Delete back to where marks go by themselves. What nobody placed is not sent.

import { Problem, send } from "../house.js";
import { marking } from "./laid.js";
import { freeSpot } from "./marks.js";

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
  const [mostTexts, leastText] = [fold.dataset.mostTexts, fold.dataset.leastText].map(Number);
  const marks = marking({ rows, kindOf, nameOf, sizes: JSON.parse(fold.dataset.sizes), fill });
  const owned = new WeakMap(); // a button of tray or sheet -> its mark
  const known = new WeakMap(); // file -> what was brought of it: {file, digest, pages}, each page with its document
  let brought = []; // the documents in their order, once all of them are there
  let shown = null; // the page that is seen

  const tell = (sentence) => {
    part("placing-note").textContent = sentence;
  };
  const pages = () => brought.flatMap((document) => document.pages);
  /** Give a sentence about a page, which names its document where there are several. */
  const about = (key, page, facts = {}) =>
    fill(brought.length > 1 ? `${key}_named` : key, {
      ...facts,
      name: page.document.file.name,
      page: page.number,
      pages: page.document.pages.length,
    });
  const described = (mark) => {
    const over = marks.clash(mark);
    const facts = { mark: marks.labelOf(mark), left: millimetres(mark.left), bottom: millimetres(mark.bottom) };
    return about("start.placed", mark.page, facts) + (over ? fill("start.overlaps", { other: over.label }) : "");
  };

  const button = (className, mark) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    owned.set(made, mark);
    return made;
  };
  const onSheet = (mark) => [...sheet.querySelectorAll(".laid")].find((each) => owned.get(each) === mark);

  const lay = (made, mark) => {
    const { left, bottom } = mark;
    const { width, height } = marks.sizeOf(mark);
    const page = shown;
    const share = (points, whole) => `${(points / whole) * 100}%`;
    Object.assign(made.style, {
      left: share(left, page.width),
      bottom: share(bottom, page.height),
      width: share(width, page.width),
      height: share(height, page.height),
    });
    made.setAttribute("aria-label", described(mark));
    made.classList.toggle("clashing", Boolean(marks.clash(mark)));
  };

  const where = (mark) => {
    if (mark.page) return about("start.on_page", mark.page);
    if (mark.what === "date") return fill("start.no_date");
    return fill(marks.of(mark.row, "place").length ? "start.not_here" : "start.by_itself");
  };
  const drawTray = () => {
    part("tray").replaceChildren(
      ...marks.offered(shown.document).map((mark) => {
        const made = button("quiet", mark);
        const said = document.createElement("span");
        said.className = "soft small";
        said.textContent = where(mark);
        made.append(marks.labelOf(mark), said);
        return made;
      }),
    );
    const chosen = part("text-party").selectedIndex;
    part("text-party").replaceChildren(
      ...rows().map((row, place) => new Option(`${fill("start.party", { number: place + 1 })} ${nameOf(row)}`, place)),
    );
    part("text-party").selectedIndex = Math.min(Math.max(chosen, 0), rows().length - 1);
  };
  const lookOf = ({ row, what }) => (what !== "place" ? what : kindOf(row) === "seal" ? "seal" : "signature");
  const drawSheet = () => {
    const laid = marks.all().filter(({ page }) => page === shown);
    const buttons = laid.map((mark) => {
      const made = button("laid", mark);
      made.dataset.look = lookOf(mark);
      const said = document.createElement("span");
      said.textContent = mark.what === "text" ? mark.label : mark.what === "date" ? fill("start.mark_date") : nameOf(mark.row);
      made.append(said);
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
    if (mark.page) turnTo(mark.page);
    else marks.put(mark, freeSpot(shown, marks.sizeOf(mark), shown, marks.boxes(mark)));
    focusOn(mark);
  };

  /** Put a new text on the page that is seen; say why not, where it cannot be. */
  const addText = () => {
    const [row, label] = [rows()[part("text-party").value], part("text-label").value.trim()];
    const across = Number(part("text-width").value);
    if (!row || !label || !(across >= leastText)) {
      tell(fill("start.text_incomplete", { least: leastText }));
      return;
    }
    if (marks.of(row, "text").length >= mostTexts) {
      tell(fill("start.text_most", { most: mostTexts }));
      return;
    }
    part("text-label").value = "";
    choose({ row, what: "text", label, width: Math.min(Math.round(across / POINT_MM), Math.floor(shown.width)) });
  };

  const move = (mark, key, fine) => {
    const { page, left, bottom } = mark;
    if (key in ARROWS) {
      const [across, up] = ARROWS[key].map((way) => way * (fine ? 1 : STEP));
      marks.put(mark, { page, left: left + across, bottom: bottom + up });
    } else if (key in PAGES) {
      const next = pages()[pages().indexOf(page) + PAGES[key]];
      if (!next || !marks.fits(mark, next)) return;
      marks.put(mark, { page: next, left, bottom });
      turnTo(next);
    } else {
      const place = marks.offered(shown.document).indexOf(mark);
      marks.takeBack(mark);
      draw();
      if (mark.what === "text") part("text-label").focus();
      else part("tray").children[place].focus();
      tell(fill(mark.what === "text" ? "start.text_removed" : "start.taken_back", { mark: marks.labelOf(mark) }));
      return;
    }
    focusOn(mark);
  };

  sheet.addEventListener("keydown", (event) => {
    const laid = event.target.closest(".laid");
    const known = event.key in ARROWS || event.key in PAGES || event.key === "Delete" || event.key === "Backspace";
    if (!laid || !known) return;
    event.preventDefault();
    move(owned.get(laid), event.key, event.shiftKey);
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
      marks.put(mark, to(now));
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

  /** Give the mark that is pressed: what a finger may touch reaches over neighbours, so the one that is nearest. */
  const pressed = ({ target, clientX, clientY }) => {
    const touched = target.closest(".laid");
    const far = (laid) => {
      const { left, right, top, bottom } = laid.getBoundingClientRect();
      return Math.hypot(Math.max(left - clientX, 0, clientX - right), Math.max(top - clientY, 0, clientY - bottom));
    };
    const nearer = (one, other) => (far(other) < far(one) ? other : one);
    return touched && [...sheet.querySelectorAll(".laid")].reduce(nearer, touched);
  };
  sheet.addEventListener("pointerdown", (event) => {
    const laid = pressed(event);
    if (!laid || event.button !== 0) return;
    const { left, bottom, width } = laid.getBoundingClientRect();
    const mark = owned.get(laid);
    const points = marks.sizeOf(mark).width / width;
    carry(laid, event, mark, { left: (event.clientX - left) * points, bottom: (bottom - event.clientY) * points });
  });
  sheet.addEventListener("click", (event) => {
    if (event.detail) pressed(event)?.focus(); // no key pressed it
  });
  part("tray").addEventListener("pointerdown", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen || event.button !== 0 || event.pointerType === "touch") return; // a finger there scrolls, or taps
    const mark = owned.get(chosen);
    const { width, height } = marks.sizeOf(mark);
    if (!marks.fits(mark, shown)) return;
    carry(chosen, event, mark, { left: width / 2, bottom: height / 2 });
  });
  part("tray").addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (chosen) choose(owned.get(chosen));
  });
  part("add-text").addEventListener("click", addText);
  for (const id of ["text-label", "text-width"]) {
    part(id).addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it adds the text, and does not start the agreement
      addText();
    });
  }
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
  const marked = () => marks.all().length > 0;

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
    marks.keepOn(ready() ? [] : files());
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
      if (!brought.length) return {};
      const [places, dates] = ["place", "date"].map((what) => marks.of(row, what).map(asked));
      const texts = marks.of(row, "text").map((text) => ({ label: text.label, width: text.width, place: asked(text) }));
      return { places, dates, texts };
    },
    /** Whether marks wait for pages that are not here yet. */
    pending: () => marked() && !brought.length,
    draw,
    forget,
  };
};
