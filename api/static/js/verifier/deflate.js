// One raw DEFLATE stream (RFC 1951) with a limit on what comes out, nothing behind it and no bit that says nothing.
// The rules are those of evidence/deflate.py.
//
// Written out here because the browser's own DecompressionStream does not say where a stream ended, and takes
// milliseconds to be set up where a code has 600 bytes.

import { same } from "./cbor.js";

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
  16385, 24577,
];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]; // section 3.2.7
const LONGEST = 15, END = 256, MOST_LITERALS = 286, MOST_DISTANCES = 30;

/** Bytes that are not exactly one stream, or one of more content than allowed. */
export class NotDeflated extends Error {}

/** The content of exactly one stream, at most `limit` bytes. Throws NotDeflated. */
export async function inflate(compressed, limit) {
  const content = inflated(compressed, limit);
  const last = compressed[compressed.length - 1];
  if (last !== 0) {
    const without = compressed.slice();
    without[without.length - 1] = last & ~(1 << (31 - Math.clz32(last)));
    if (saysTheSame(without, content, limit)) throw new NotDeflated("a bit that says nothing is set");
  }
  return content;
}

function saysTheSame(compressed, content, limit) {
  try {
    return same(inflated(compressed, limit), content);
  } catch (error) {
    if (error instanceof NotDeflated) return false;
    throw error;
  }
}

function inflated(compressed, limit) {
  const stream = new Stream(compressed, limit);
  for (let last = 0; !last; ) {
    last = stream.bits(1);
    const kind = stream.bits(2);
    if (kind === 0) stream.stored();
    else if (kind === 1) stream.coded(FIXED.literals, FIXED.distances);
    else if (kind === 2) stream.coded(...stream.codes());
    else throw new NotDeflated("a block of no kind");
  }
  if (stream.place !== compressed.length) throw new NotDeflated("more behind the stream");
  return stream.content.subarray(0, stream.length);
}

class Stream {
  constructor(compressed, limit) {
    this.compressed = compressed;
    this.content = new Uint8Array(limit);
    this.length = 0;
    this.place = 0;
    this.held = 0; // bits that were read and not taken yet, the next one lowest
    this.holding = 0;
  }

  bits(count) {
    while (this.holding < count) {
      if (this.place === this.compressed.length) throw new NotDeflated("cut off");
      this.held |= this.compressed[this.place] << this.holding;
      this.place += 1;
      this.holding += 8;
    }
    const taken = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.holding -= count;
    return taken;
  }

  /** The next symbol of a code, bit by bit from the shortest on (section 3.2.2). */
  symbol({ counts, symbols }) {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= LONGEST; length += 1) {
      code |= this.bits(1);
      const count = counts[length];
      if (code - count < first) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new NotDeflated("a code that is none");
  }

  put(byte) {
    if (this.length === this.content.length) throw new NotDeflated("longer than allowed");
    this.content[this.length] = byte;
    this.length += 1;
  }

  stored() {
    this.held = 0;
    this.holding = 0;
    const [low, high] = [this.bits(16), this.bits(16)];
    if (low !== (~high & 0xffff)) throw new NotDeflated("a length that is not its complement");
    if (this.place + low > this.compressed.length) throw new NotDeflated("cut off");
    for (let count = 0; count < low; count += 1) this.put(this.compressed[this.place + count]);
    this.place += low;
  }

  coded(literals, distances) {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol === END) return;
      if (symbol < END) this.put(symbol);
      else this.copy(symbol - END - 1, distances);
    }
  }

  copy(place, distances) {
    if (place >= LENGTH_BASE.length) throw new NotDeflated("a length that is none");
    const length = LENGTH_BASE[place] + this.bits(LENGTH_EXTRA[place]);
    const symbol = this.symbol(distances);
    if (symbol >= MOST_DISTANCES) throw new NotDeflated("a distance that is none");
    const distance = DISTANCE_BASE[symbol] + this.bits(DISTANCE_EXTRA[symbol]);
    if (distance > this.length) throw new NotDeflated("a distance before the beginning");
    for (let count = 0; count < length; count += 1) this.put(this.content[this.length - distance]);
  }

  /** The codes of a block that brings its own (section 3.2.7): of literals and lengths, and of distances. */
  codes() {
    const [literals, distances, given] = [this.bits(5) + 257, this.bits(5) + 1, this.bits(4) + 4];
    if (literals > MOST_LITERALS || distances > MOST_DISTANCES) throw new NotDeflated("too many codes");
    const ofLengths = new Uint8Array(ORDER.length);
    for (let place = 0; place < given; place += 1) ofLengths[ORDER[place]] = this.bits(3);
    const lengths = this.lengths(codeOf(ofLengths, false), literals + distances);
    if (lengths[END] === 0) throw new NotDeflated("no end of the block");
    return [codeOf(lengths.subarray(0, literals), true), codeOf(lengths.subarray(literals), true)];
  }

  lengths(code, count) {
    const lengths = new Uint8Array(count);
    for (let place = 0; place < count; ) {
      const symbol = this.symbol(code);
      let [length, times] = [symbol, 1];
      if (symbol === 16) [length, times] = [place ? lengths[place - 1] : null, 3 + this.bits(2)];
      else if (symbol === 17) [length, times] = [0, 3 + this.bits(3)];
      else if (symbol === 18) [length, times] = [0, 11 + this.bits(7)];
      if (length === null || place + times > count) throw new NotDeflated("a repetition of nothing");
      lengths.fill(length, place, place + times);
      place += times;
    }
    return lengths;
  }
}

/** A code by the lengths of its symbols. One that leaves codes unused is none, but for a single one of a bit where `lone`. */
function codeOf(lengths, lone) {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] += 1;
  let left = 1;
  for (let length = 1; length <= LONGEST; length += 1) {
    left = (left << 1) - counts[length];
    if (left < 0) throw new NotDeflated("more codes than there are");
  }
  const used = lengths.length - counts[0];
  if (left > 0 && used > 0 && !(lone && used === 1 && counts[1] === 1)) throw new NotDeflated("an incomplete code");
  const offsets = new Uint16Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length += 1) offsets[length + 1] = offsets[length] + counts[length];
  const symbols = new Uint16Array(used);
  lengths.forEach((length, symbol) => {
    if (length) symbols[offsets[length]++] = symbol;
  });
  return { counts, symbols };
}

const FIXED = {
  literals: codeOf(Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)), false),
  distances: codeOf(new Uint8Array(32).fill(5), false),
};
