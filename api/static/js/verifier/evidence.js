// The browser's verifier of bundles and packs of every kind, as verify/bundle.py and verify/pack.py give the report.
//
//   const report = await verifyEvidence(evidenceIn(bytesOfFile), trust, { asOf: new Date() });
//
// Throws NoBundle when the bytes are neither bundle nor pack, or a PDF without exactly one bundle.

import { agreementReport } from "./agreement.js";
import { argue, NoBundle } from "./argument.js";
import { authorizationReport, evidenceIn } from "./authorization.js";
import { certificateReport } from "./certificate.js";

const REPORTS = { agreement: agreementReport, authorization: authorizationReport, certificate: certificateReport };

export { evidenceIn, NoBundle };

/** Verify the bytes of a bundle or of an evidence pack as of a Date. */
export async function verifyEvidence(bytes, trust, { asOf }) {
  return argue(bytes, REPORTS, trust, asOf);
}
