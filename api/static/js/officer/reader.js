// Reads QR codes from the camera or a picture, on this device (zxing-cpp as WebAssembly).
//
//   const reading = await look(video, (text) => …);   // calls back for each code that comes into sight
//   reading.stop();

import { ReadingProblem } from "./camera.js";

const LIBRARY = "/static/third_party/zxing-wasm/es/reader/index.js";
const PROGRAM = "/static/third_party/zxing-wasm/reader/zxing_reader.wasm";
const WIDEST_PICTURE = 2400; // pixels; a code of version 20 stays sharp and a phone stays quick
const SOFTER = [0.7, 0.5]; // parts of that at which the speckles of a photocopy fade
const WIDEST_OF_ALL = 4800; // pixels, for a small code on a large picture
const LARGEST_PICTURE = 16e6; // pixels; Safari on iOS draws none on a canvas of more than 4096 by 4096
const LARGEST_FILE = 40 * 2 ** 20; // bytes, as of a PDF
const LOOKS = [640, WIDEST_PICTURE]; // pixels, in turn: a code that fills the sight is read in a third of the time
const PAUSE = 40; // milliseconds between two looks
const OUT_OF_SIGHT = 1500; // milliseconds without a code until the same one counts as shown again
const FROM_CAMERA = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryRotate: false, tryInvert: false };
const FROM_PICTURE = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true };
const SMALLEST = [ // a code of version 1 that says “1”, a number for each row of 21 modules
  0x1fc07f, 0x105241, 0x17465d, 0x174a5d, 0x175d5d, 0x104141, 0x1fd57f, 0x300, 0x154612, 0xb1046, 0x6d511, 0x192046, 0x16557,
  0x16aa, 0x1fc2ef, 0x104bba, 0x1752ed, 0x174c46, 0x175111, 0x104c44, 0x1fd155,
];
const MODULE = 4, QUIET = 4; // pixels of a module's side; modules of paper around the code (ISO/IEC 18004)

let fetching = null, loading = null;

/** Fetch the reader and compile its program, once, which takes this thread hardly any time. What fails is tried again by `load`. */
export async function fetchReader() {
  fetching ??= Promise.all([import(LIBRARY), WebAssembly.compileStreaming(fetch(PROGRAM, { priority: "low" }))]).catch((error) => {
    fetching = null;
    throw error;
  });
  return fetching;
}

/** Load the reader, once, and let it read a code that is known: what is read first is compiled first, which takes a
 * phone longer than the reading. Throws ReadingProblem. */
export function load() {
  loading ??= ready().catch(() => {
    loading = null;
    throw new ReadingProblem("officer.problem.reader");
  });
  return loading;
}

async function ready() {
  const [{ prepareZXingModule, readBarcodes }, program] = await fetchReader();
  await new Promise((done, fail) => {
    const instantiateWasm = (imports, take) => void WebAssembly.instantiate(program, imports).then(take).catch(fail);
    prepareZXingModule({ overrides: { instantiateWasm }, fireImmediately: true }).then(done, fail);
  });
  const [code] = await readBarcodes(smallest(), FROM_CAMERA);
  if (code?.text !== "1") throw new Error("the reader does not read");
  return readBarcodes;
}

function smallest() {
  const side = SMALLEST.length, picture = new ImageData((side + 2 * QUIET) * MODULE, (side + 2 * QUIET) * MODULE);
  const dots = new Uint32Array(picture.data.buffer).fill(0xffffffff);
  for (let place = 0; place < dots.length; place += 1) {
    const across = Math.floor((place % picture.width) / MODULE) - QUIET, down = Math.floor(place / picture.width / MODULE) - QUIET;
    if (across >= 0 && across < side && (SMALLEST[down] >> (side - 1 - across)) & 1) dots[place] = 0xff000000;
  }
  return picture;
}

/** Read what `video` shows until `stop` is called: `found` gets every code, once for as long as it stays in sight. */
export async function look(video, found) {
  const read = await load();
  const paper = new OffscreenCanvas(1, 1);
  let looking = true, last = null, seenAt = 0, looks = 0;
  const turn = async () => {
    if (!looking) return;
    const widest = LOOKS[looks++ % LOOKS.length];
    const text = video.videoWidth ? await textIn(read, video, video.videoWidth, video.videoHeight, paper, FROM_CAMERA, widest) : null;
    const now = performance.now();
    if (now - seenAt > OUT_OF_SIGHT) last = null;
    if (text !== null) seenAt = now;
    if (looking && text !== null && text !== last) found((last = text));
    setTimeout(turn, PAUSE);
  };
  turn();
  return { stop: () => (looking = false) };
}

/** Read the code in a picture file. Throws ReadingProblem. */
export async function readPicture(file) {
  const read = await load();
  let picture;
  try {
    if (file.size > LARGEST_FILE) throw new RangeError();
    picture = await createImageBitmap(file);
  } catch {
    throw new ReadingProblem("officer.problem.no_picture");
  }
  const text = await textAt(read, picture);
  picture.close();
  if (text === null) throw new ReadingProblem("officer.problem.no_code");
  return text;
}

/** Read the code on a canvas; null without one. Throws ReadingProblem. */
export async function readCanvas(canvas) {
  return textAt(await load(), canvas);
}

/** The text of the code in a picture, looked at in one size after the other; null without one. */
async function textAt(read, picture) {
  const { width, height } = picture, longer = Math.max(width, height), paper = new OffscreenCanvas(1, 1);
  const first = Math.min(longer, WIDEST_PICTURE);
  for (const widest of new Set([first, ...SOFTER.map((part) => part * first), Math.min(longer, WIDEST_OF_ALL)])) {
    const text = await textIn(read, picture, width, height, paper, FROM_PICTURE, widest);
    if (text !== null) return text;
  }
  return null;
}

async function textIn(read, picture, width, height, paper, options, widest = WIDEST_PICTURE) {
  const scale = Math.min(1, widest / Math.max(width, height), Math.sqrt(LARGEST_PICTURE / (width * height)));
  paper.width = Math.round(width * scale);
  paper.height = Math.round(height * scale);
  const drawn = drawnOn(paper, picture, options);
  if (drawn === null) return null;
  const [code] = await read(drawn, options);
  return code?.isValid ? code.text : null;
}

/** The picture in the size of `paper`; null where this device has no room for it, so that nothing is read in this size. */
function drawnOn(paper, picture, options) {
  try {
    const context = paper.getContext("2d", { willReadFrequently: true });
    if (options === FROM_PICTURE) context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, paper.width, paper.height);
    return context.getImageData(0, 0, paper.width, paper.height);
  } catch {
    return null;
  }
}
