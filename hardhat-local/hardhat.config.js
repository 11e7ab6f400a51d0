// The local chain and the contract tests. The compiler and its settings are those of the committed artifacts.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { defineConfig } from "hardhat/config";

const here = import.meta.dirname;
const artifact = JSON.parse(readFileSync(join(here, "../ledger/artifacts/EvidenceLog.json"), "utf8"));

export default defineConfig({
  // `contracts` is a link: Hardhat refuses sources outside its folder.
  paths: { sources: "contracts", tests: { solidity: "test" } },
  solidity: {
    version: artifact.compiler.split("+")[0],
    path: join(here, "node_modules/solc/soljson.js"),
    settings: artifact.settings,
  },
  networks: {
    // What `node` serves: mines each transaction at once, and forgets everything when it stops.
    node: { type: "edr-simulated", chainType: "l1", chainId: 31337, hardfork: "osaka" },
  },
  // The seed makes every run try the same inputs: a red test stays red until it is mended.
  test: { solidity: { fuzz: { runs: 256, seed: "0x79696e78696e" } } },
});
