// Reads QR codes from the camera or a picture, on this device (zxing-cpp as WebAssembly).
//
//   const camera = await watch(video, (text) => …);   // calls back once, with the first code that it reads
//   camera.stop();

const LIBRARY = "/static/third_party/zxing-wasm/es/reader/index.js";
const PROGRAM = "/static/third_party/zxing-wasm/reader/zxing_reader.wasm";
const WIDEST_PICTURE = 2400; // pixels; a code of version 20 stays sharp and a phone stays quick
const PAUSE = 60; // milliseconds between two looks
const FROM_CAMERA = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryRotate: false, tryInvert: false };
const FROM_PICTURE = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true };

/** Something that the officer can mend; `key` names its sentence. */
export class ReadingProblem extends Error {
  constructor(key) {
    super(key);
    this.key = key;
  }
}

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

/** Open the camera in `video` and look until a code is read. Throws ReadingProblem. */
export async function watch(video, found) {
  const read = await load(); // before the camera, so that a failure does not leave it on
  const stream = await open();
  let looking = true;
  const stop = () => {
    looking = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  await video.play();
  const paper = new OffscreenCanvas(1, 1);
  const look = async () => {
    while (looking) {
      const text = video.videoWidth ? await textIn(read, video, video.videoWidth, video.videoHeight, paper, FROM_CAMERA) : null;
      if (looking && text !== null) {
        stop();
        found(text);
      }
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  };
  look();
  return { stop };
}

/** Read the code in a picture file. Throws ReadingProblem. */
export async function readPicture(file) {
  const read = await load();
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new ReadingProblem("officer.problem.no_picture");
  }
  const text = await textIn(read, picture, picture.width, picture.height, new OffscreenCanvas(1, 1), FROM_PICTURE);
  picture.close();
  if (text === null) throw new ReadingProblem("officer.problem.no_code");
  return text;
}

async function open() {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
  } catch (error) {
    const refused = error.name === "NotAllowedError";
    throw new ReadingProblem(refused ? "officer.problem.camera_refused" : "officer.problem.camera_missing");
  }
}

async function textIn(read, picture, width, height, paper, options) {
  const scale = Math.min(1, WIDEST_PICTURE / Math.max(width, height));
  paper.width = Math.round(width * scale);
  paper.height = Math.round(height * scale);
  const context = paper.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0, paper.width, paper.height);
  const [code] = await read(context.getImageData(0, 0, paper.width, paper.height), options);
  return code?.isValid ? code.text : null;
}
