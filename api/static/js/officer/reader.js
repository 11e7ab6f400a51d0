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
const LARGEST_FILE = 40 * 2 ** 20; // bytes, as of a PDF
const PAUSE = 40; // milliseconds between two looks
const OUT_OF_SIGHT = 1500; // milliseconds without a code until the same one counts as shown again
const FROM_CAMERA = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryRotate: false, tryInvert: false };
const FROM_PICTURE = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true };

let loading = null;

/** Load the reader, once. Throws ReadingProblem. */
export function load() {
  loading ??= import(LIBRARY).then(
    async (library) => {
      await library.prepareZXingModule({ overrides: { locateFile: () => PROGRAM }, fireImmediately: true });
      return library.readBarcodes;
    },
  ).catch(() => {
    loading = null;
    throw new ReadingProblem("officer.problem.reader");
  });
  return loading;
}

/** Read what `video` shows until `stop` is called: `found` gets every code, once for as long as it stays in sight. */
export async function look(video, found) {
  const read = await load();
  const paper = new OffscreenCanvas(1, 1);
  let looking = true, last = null, seenAt = 0;
  const turn = async () => {
    if (!looking) return;
    const text = video.videoWidth ? await textIn(read, video, video.videoWidth, video.videoHeight, paper, FROM_CAMERA) : null;
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
  const scale = Math.min(1, widest / Math.max(width, height));
  paper.width = Math.round(width * scale);
  paper.height = Math.round(height * scale);
  const context = paper.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, paper.width, paper.height);
  const [code] = await read(context.getImageData(0, 0, paper.width, paper.height), options);
  return code?.isValid ? code.text : null;
}
