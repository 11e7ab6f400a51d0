// What registers said of an authorization, judged as verify/register_receipts.py judges it.

import { same } from "./cbor.js";
import { FAILED, INDETERMINATE, PASSED, finding } from "./checks.js";
import { nameOf } from "./trust.js";
import { moment, say } from "./words.js";

const REGISTERS = "registers";

/**
 * Check the answers whose digests are `named`: a list of one finding, empty when `named` is null.
 * `related` are the findings about `others`, in their order.
 */
export function checkRegisters(named, others, related, trust) {
  if (named === null) return [];
  if (named.length === 0) return [finding(REGISTERS, PASSED, say("registers-none"))];
  const found = named.map((digest) => check(digest, others, related, trust));
  const gravest = [FAILED, INDETERMINATE].map((outcome) => found.find((one) => one.outcome === outcome)).find(Boolean);
  return [gravest ?? finding(REGISTERS, PASSED, say("registers-confirm", { count: named.length }))];
}

function check(digest, others, related, trust) {
  const place = others.findIndex(({ statement }) => same(statement.digest, digest));
  if (place < 0) return finding(REGISTERS, INDETERMINATE, say("registers-absent"));
  const { statement } = others[place];
  if (statement.name !== "register-answer") return finding(REGISTERS, FAILED, say("registers-of-another"));
  const facts = { issuer: nameOf(trust, statement.issuer), at: moment(statement.issuedAt), count: 1 };
  const differs = statement.body.get("differs");
  if (!Array.isArray(differs) || differs.length > 0) return finding(REGISTERS, FAILED, say("registers-differ", facts));
  const { outcome } = related[place];
  return finding(REGISTERS, outcome, say(outcome === PASSED ? "registers-confirm" : "registers-unsound", facts));
}
