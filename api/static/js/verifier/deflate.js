// One raw DEFLATE stream (RFC 1951) with a limit on what comes out, nothing behind it and no unused bit set.
//
// Browsers refuse bytes behind the stream, Node.js passes over them: a stream that is whole without its last byte
// is refused here. The rules are those of evidence/deflate.py.

import { same } from "./cbor.js";

export class NotDeflated extends Error {}

/** The content of exactly one stream, at most `limit` bytes. */
export async function inflate(compressed, limit) {
  const content = await tryInflate(compressed, limit);
  if (content === null || compressed.length === 0) throw new NotDeflated("broken, cut off or too long");
  if ((await tryInflate(compressed.subarray(0, -1), limit)) !== null) throw new NotDeflated("bytes left over");
  const last = compressed[compressed.length - 1];
  if (last !== 0) {
    const without = compressed.slice();
    without[without.length - 1] = last & ~(1 << (31 - Math.clz32(last)));
    const again = await tryInflate(without, limit);
    if (again !== null && same(again, content)) throw new NotDeflated("unused bits are set");
  }
  return content;
}

async function tryInflate(compressed, limit) {
  const content = new Uint8Array(limit);
  let length = 0;
  try {
    const reader = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return content.subarray(0, length);
      if (length + value.length > limit) {
        await reader.cancel();
        return null;
      }
      content.set(value, length);
      length += value.length;
    }
  } catch {
    return null;
  }
}
