// Opens a certificate's PDF on this device: its code, its text with the places, and its pictures (PDF.js).
//
//   const print = await openPrint(file);    // throws ReadingProblem
//   print.code, print.items, print.annotated, print.close()
//   print.crop(box)                          // a canvas with what the page shows there

import { ReadingProblem } from "./camera.js";
import { readCanvas } from "./reader.js";

const LIBRARY = "/static/third_party/pdfjs-dist/pdf.min.mjs";
const PROGRAM = "/static/third_party/pdfjs-dist/pdf.worker.min.mjs";
const LARGEST = 40 * 1024 * 1024; // bytes; a sealed certificate has 150 kB
const MOST_PAGES = 5; // pages in which a code is looked for
const WIDEST = 2400; // pixels; a module of the largest code then has five
const PATIENCE = 20_000; // milliseconds until a file counts as one that cannot be opened; a certificate takes one second

/** Whether a file says that it is a PDF. */
export const isPdf = async (file) => (await file.slice(0, 1024).text()).includes("%PDF-");

class Print {
  constructor(document, page, canvas, scale, parts) {
    Object.assign(this, parts);
    this.document = document;
    this.view = page.view;
    this.canvas = canvas;
    this.scale = scale;
  }

  /** What the page shows within `box`, as a picture. */
  crop(box) {
    const [left, bottom, right, top] = this.view;
    const edges = {
      left: Math.max(box.left, left), right: Math.min(box.right, right),
      bottom: Math.max(box.bottom, bottom), top: Math.min(box.top, top),
    };
    const width = (edges.right - edges.left) * this.scale, height = (edges.top - edges.bottom) * this.scale;
    const picture = document.createElement("canvas");
    picture.width = Math.max(1, Math.round(width));
    picture.height = Math.max(1, Math.round(height));
    const from = [(edges.left - left) * this.scale, (top - edges.top) * this.scale];
    picture.getContext("2d").drawImage(this.canvas, ...from, width, height, 0, 0, picture.width, picture.height);
    return picture;
  }

  close() {
    this.document.destroy();
  }
}

async function library() {
  try {
    const loaded = await import(LIBRARY);
    loaded.GlobalWorkerOptions.workerSrc = PROGRAM;
    return loaded;
  } catch {
    throw new ReadingProblem("officer.problem.reader");
  }
}

/** Open a PDF and find the page with a code. Throws ReadingProblem. */
export async function openPrint(file) {
  if (file.size > LARGEST) throw new ReadingProblem("officer.problem.pdf_large");
  const { getDocument } = await library();
  const data = new Uint8Array(await file.arrayBuffer());
  // Glyphs are drawn as paths: no font of the file is handed to the browser.
  const opening = getDocument({ data, disableFontFace: true, isEvalSupported: false, useWasm: false, enableXfa: false });
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("late")));
  try {
    const found = await Promise.race([firstWithCode(opening), late]);
    if (found) return found;
  } catch (error) {
    opening.destroy();
    if (error instanceof ReadingProblem) throw error;
    throw new ReadingProblem(error.name === "PasswordException" ? "officer.problem.pdf_locked" : "officer.problem.no_pdf");
  }
  opening.destroy();
  throw new ReadingProblem("officer.problem.no_code");
}

async function firstWithCode(opening) {
  const opened = await opening.promise;
  for (let number = 1; number <= Math.min(opened.numPages, MOST_PAGES); number += 1) {
    const found = await readPage(opened, await opened.getPage(number));
    if (found) return found;
  }
  return null;
}

async function readPage(opened, page) {
  const whole = page.getViewport({ scale: 1, rotation: 0 });
  const scale = WIDEST / Math.max(whole.width, whole.height);
  const viewport = page.getViewport({ scale, rotation: 0 });
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(viewport.width);
  canvas.height = Math.round(viewport.height);
  await page.render({ canvas, viewport }).promise;
  const code = await readCanvas(canvas);
  if (code === null) return null;
  const items = (await page.getTextContent()).items.map(placed).filter((item) => within(item, page.view));
  const annotated = !(await page.getAnnotations()).every(ofOurs);
  return new Print(opened, page, canvas, scale, { code, items, annotated });
}

function placed({ str, transform, width, height }) {
  const [, , , , x, y] = transform;
  return { text: str, x, y, right: x + width, height };
}

/** Whether a run is on the page: what stands beside it, nobody sees. */
function within({ x, y, right, height }, [left, bottom, edge, top]) {
  return right > left && x < edge && y + height > bottom && y < top;
}

/** Whether an annotation is what a sealed certificate has beside its content: links, and the fields of signatures. */
function ofOurs({ subtype, fieldType }) {
  return subtype === "Link" || (subtype === "Widget" && fieldType === "Sig");
}
