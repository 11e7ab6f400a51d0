// The published agreements over two documents, as the browser's verifier judges them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { verifyAgreement } from "./verifier/agreement.js";
import { parseTrust } from "./verifier/verify.js";

for (const file of ["documents.json", "documents_fail.json"]) {
  const { trust: pinned, as_of: asOf, cases } = JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
  const trust = await parseTrust(new TextEncoder().encode(pinned));
  for (const { name, check, bundle } of cases) {
    test(`the published agreement ${name} passes all checks but ${check}`, async () => {
      const bytes = Uint8Array.from(Buffer.from(bundle, "base64"));
      const report = await verifyAgreement(bytes, trust, { asOf: new Date(asOf) });
      const doubtful = report.checks.filter(({ outcome }) => outcome !== "TOTAL-PASSED").map((one) => one.name);
      assert.deepEqual(doubtful.filter((one) => one !== "anchor"), check === null ? [] : [check]);
      assert.equal(report.conclusion === "TOTAL-PASSED", file === "documents.json");
    });
  }
}
