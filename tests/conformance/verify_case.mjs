// The JavaScript verifier under Node.js, behind the protocol of the conformance suite (README.md).
//
//   node tests/conformance/verify_case.mjs FOLDER...

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { gravest, judged } from "./judge.mjs";

const SOURCE = fileURLToPath(new URL("../../api/static/js/verifier", import.meta.url));

/** The modules of the page, copied to where Node.js takes them for modules. */
async function modules() {
  const folder = mkdtempSync(join(tmpdir(), "yinxin-verifier-"));
  try {
    cpSync(SOURCE, folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    const load = (name) => import(pathToFileURL(join(folder, name)).href);
    return { ...(await load("verify.js")), ...(await load("evidence.js")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const verifier = await modules();
const codes = [];
for (const folder of process.argv.slice(2)) {
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
  const { line, code } = await judged(files, verifier);
  process.stdout.write(`${line}\n`);
  codes.push(code);
}
process.exitCode = gravest(codes);
