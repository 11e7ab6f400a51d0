// Photographs as this device keeps them: drawn anew, so that neither place nor camera leaves with the picture, unless
// the officer asks for the original.

import { ReadingProblem } from "./camera.js";

export const MOST = 6; // photographs of one finding, as the server takes them
const WIDEST = 1600; // pixels of the longer side
const QUALITY = 0.8;
const LARGEST = 8_000_000; // bytes of an original, as the server takes them
const LONGEST_SIDE = 8192, MOST_PIXELS = 25_000_000; // of an original, as the server takes them
const KINDS = ["image/jpeg", "image/png"];

/** The bytes to keep of a picture file. Throws ReadingProblem. */
export async function photograph(file, { original }) {
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new ReadingProblem("officer.problem.no_picture");
  }
  try {
    return original ? whole(file, picture) : await anew(picture);
  } finally {
    picture.close();
  }
}

function whole(file, { width, height }) {
  const small = file.size <= LARGEST && Math.max(width, height) <= LONGEST_SIDE && width * height <= MOST_PIXELS;
  if (!KINDS.includes(file.type) || !small) throw new ReadingProblem("officer.problem.original");
  return file.slice(0, file.size, file.type);
}

function anew(picture) {
  const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
  const paper = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  paper.getContext("2d").drawImage(picture, 0, 0, paper.width, paper.height);
  return paper.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
