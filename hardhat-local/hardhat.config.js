// The local chain and the contract tests. The compiler settings are those of ledger/compilation.py.
import { defineConfig } from "hardhat/config";

const settings = {
  evmVersion: "paris",
  viaIR: true,
  optimizer: { enabled: true, runs: 10_000 },
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

export default defineConfig({
  paths: { sources: "contracts", tests: { solidity: "test" } },
  solidity: { version: "0.8.37", path: "node_modules/solc/soljson.js", settings },
  networks: {
    // What `node` serves: mines each transaction at once, forgets everything when it stops.
    node: { type: "edr-simulated", chainType: "l1", chainId: 31337, hardfork: "osaka" },
  },
  test: { solidity: { fuzz: { runs: 256, seed: "0x79696e78696e" } } },
});
