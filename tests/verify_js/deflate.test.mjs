// Streams that many settings of a compressor wrote, whole and damaged, come out as in Python, or are refused as there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { inflate, NotDeflated } from "./verifier/deflate.js";

const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));

test("each stream gives what Python reads in it, or nothing where Python refuses it", async () => {
  for (const { stream, limit, content } of JSON.parse(readFileSync(new URL("streams.json", import.meta.url), "utf8"))) {
    if (content === null) await assert.rejects(inflate(bytes(stream), limit), NotDeflated, stream);
    else assert.deepEqual(await inflate(bytes(stream), limit), bytes(content));
  }
});
