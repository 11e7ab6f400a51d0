// One case put to the JavaScript verifier, for Node.js and for the browser alike: the line of the report (README.md).

const GRAVEST_FIRST = [3, 1, 2, 4, 0];
const EXIT = { "TOTAL-PASSED": 0, "TOTAL-FAILED": 1, INDETERMINATE: 2 };
const UNUSABLE = 3, NOT_IN_FORCE = 4;

/** `{line, code}` for a case: `files` are its files by name, as Uint8Array; `verifier` the modules verify.js and evidence.js. */
export async function judged(files, verifier) {
  const { TrustMalformed, QrUnknown, NoBundle } = verifier;
  try {
    const report = await reported(files, verifier);
    const code = EXIT[report.conclusion];
    return { line: sorted(report), code: code === 0 && report.answer === "NOT_IN_FORCE" ? NOT_IN_FORCE : code };
  } catch (error) {
    const refusals = [[TrustMalformed, "no-trust"], [QrUnknown, "no-code"], [NoBundle, "no-evidence"]];
    const [, refused] = refusals.find(([kind]) => error instanceof kind) ?? [];
    if (refused === undefined) throw error;
    return { line: sorted({ refused }), code: UNUSABLE };
  }
}

/** The exit code for several cases. */
export const gravest = (codes) => GRAVEST_FIRST.find((code) => codes.includes(code));

async function reported(files, { parseTrust, verifyQr, evidenceIn, verifyEvidence }) {
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const about = JSON.parse(text(files["case.json"]));
  const trust = await parseTrust(files["trust.json"]);
  const [asOf, subject] = [new Date(about.as_of), files[about.subject]];
  if (about.subject !== "code.txt") return verifyEvidence(evidenceIn(subject), trust, { asOf });
  return verifyQr(text(subject), trust, { asOf, statusList: files["status-list.cose"] ?? null });
}

/** JSON as RFC 8785 writes it, of what a report holds: objects, arrays, texts, whole numbers and null. */
function sorted(value) {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${sorted(value[key])}`);
  return `{${members.join(",")}}`;
}
