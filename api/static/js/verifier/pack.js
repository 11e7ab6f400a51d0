// The evidence pack, a ZIP, taken apart as verify/pack.py does: its bundle, and the files beside it.

import { inflate, NotDeflated } from "./deflate.js";
import { Invalid } from "./refusals.js";

const ZIP = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50; // little-endian signatures (APPNOTE.TXT, 4.3)
const END_BYTES = 22, CENTRAL_BYTES = 46, LOCAL_BYTES = 30, LONGEST_COMMENT = 0xffff;
const STORED = 0, DEFLATED = 8;
const MOST_FILES = 4000, MOST_BYTES = 2 ** 30;
const BUNDLE = "evidence.bundle";
const PLAIN = /^[A-Za-z0-9._/-]{1,100}$/; // names that are repeated to the reader; others go by their number

export class NoPack extends Error {}

/** Whether the bytes begin as a ZIP does. */
export const isPack = (bytes) => bytes.length >= END_BYTES && view(bytes).getUint32(0, true) === ZIP;

/** Take a pack apart: `{bundle, beside}`. Throws NoPack, and Invalid where a file of it is damaged. */
export async function unpack(bytes) {
  const members = directory(bytes).filter(({ name }) => !name.endsWith("/"));
  const size = members.reduce((sum, one) => sum + one.size, 0);
  const own = members.filter(({ name }) => name === BUNDLE);
  if (members.length > MOST_FILES || size > MOST_BYTES || own.length !== 1) throw new NoPack();
  const contents = [];
  for (const [place, member] of members.entries()) contents.push(await content(bytes, member, place + 1));
  const place = members.indexOf(own[0]);
  return { bundle: contents[place], beside: contents.filter((_, other) => other !== place) };
}

const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function directory(bytes) {
  const data = view(bytes);
  let end = bytes.length - END_BYTES;
  while (end >= 0 && end >= bytes.length - END_BYTES - LONGEST_COMMENT && data.getUint32(end, true) !== END) end -= 1;
  if (end < 0 || data.getUint32(end, true) !== END) throw new NoPack();
  const members = [];
  let place = data.getUint32(end + 16, true);
  for (let left = data.getUint16(end + 10, true); left > 0; left -= 1) {
    if (place + CENTRAL_BYTES > end || data.getUint32(place, true) !== CENTRAL) throw new NoPack();
    const lengths = [28, 30, 32].map((offset) => data.getUint16(place + offset, true));
    const named = bytes.subarray(place + CENTRAL_BYTES, place + CENTRAL_BYTES + lengths[0]);
    members.push({
      named,
      name: new TextDecoder().decode(named),
      method: data.getUint16(place + 10, true),
      crc: data.getUint32(place + 16, true),
      packed: data.getUint32(place + 20, true),
      size: data.getUint32(place + 24, true),
      at: data.getUint32(place + 42, true),
    });
    place += CENTRAL_BYTES + lengths[0] + lengths[1] + lengths[2];
  }
  return members;
}

async function content(bytes, { name, named, method, crc, packed, size, at }, number) {
  const damaged = () => new Invalid("pack-damaged", { name: PLAIN.test(name) ? name : `#${number}` });
  const data = view(bytes);
  if (at + LOCAL_BYTES > bytes.length || data.getUint32(at, true) !== ZIP) throw damaged();
  const start = at + LOCAL_BYTES + data.getUint16(at + 26, true) + data.getUint16(at + 28, true);
  const own = bytes.subarray(at + LOCAL_BYTES, at + LOCAL_BYTES + data.getUint16(at + 26, true));
  if (own.length !== named.length || own.some((octet, place) => octet !== named[place])) throw damaged();
  const stored = bytes.subarray(start, start + packed);
  if (stored.length !== packed || ![STORED, DEFLATED].includes(method)) throw damaged();
  try {
    const found = method === STORED ? stored : await inflate(stored, size);
    if (found.length !== size || crc32(found) !== crc) throw damaged();
    return found;
  } catch (error) {
    throw error instanceof NotDeflated ? damaged() : error;
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const octet of bytes) value = (value >>> 8) ^ TABLE[(value ^ octet) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}
