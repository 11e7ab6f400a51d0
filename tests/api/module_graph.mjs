// The files that a module imports, and those import in turn, as Node.js links them; nothing is run. JSON on standard output.
//
//   node --experimental-vm-modules module_graph.mjs page.js

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SourceTextModule } from "node:vm";

const modules = new Map();
const module = (file) => {
  if (!modules.has(file)) modules.set(file, new SourceTextModule(readFileSync(file, "utf8"), { identifier: file }));
  return modules.get(file);
};
const [, , entry] = process.argv;
await module(entry).link((specifier, from) => module(join(dirname(from.identifier), specifier)));
console.log(JSON.stringify([...modules.keys()].filter((file) => file !== entry)));
