// The modules of the page's verifier, for Node.js.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SOURCE = fileURLToPath(new URL("../../api/static/js/verifier", import.meta.url));

/** What verify.js and evidence.js export; they are copied to where Node.js takes them for modules. */
export async function modules() {
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
