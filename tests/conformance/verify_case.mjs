// The JavaScript verifier under Node.js, behind the protocol of the conformance suite (README.md).
//
//   node tests/conformance/verify_case.mjs FOLDER...

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { gravest, judged } from "./judge.mjs";
import { modules } from "./verifier_modules.mjs";

const verifier = await modules();
const codes = [];
for (const folder of process.argv.slice(2)) {
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  const { line, code } = await judged(files, verifier);
  process.stdout.write(`${line}\n`);
  codes.push(code);
}
process.exitCode = gravest(codes);
