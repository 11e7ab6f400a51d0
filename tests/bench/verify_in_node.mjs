// The rates under Node.js: told by JSON on standard input, with bytes in base64; JSON on standard output.

import { readFileSync } from "node:fs";

import { modules } from "../conformance/verifier_modules.mjs";
import { rates } from "./verify_rates.mjs";

const octets = (text) => new Uint8Array(Buffer.from(text, "base64"));
const { files, jws, milliseconds } = JSON.parse(readFileSync(0, "utf8"));
for (const named of Object.values(files)) {
  for (const [name, text] of Object.entries(named)) named[name] = octets(text);
}
const told = { files, jws: { ...jws, spki: octets(jws.spki) }, milliseconds };
console.log(JSON.stringify(await rates(told, await modules())));
