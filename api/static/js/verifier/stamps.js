// By what authority the stamp of a qualification was put, as verify/stamps.py checks it.

import { readBody } from "./authorization.js";
import { encode } from "./cbor.js";
import { FAILED, INDETERMINATE, PASSED, finding } from "./checks.js";
import { equal, exhibitOf, SLOT_DOMAIN, settled, slotOf } from "./signers.js";
import { sha256 } from "./statement.js";
import { hex } from "./trust.js";
import { both, say } from "./words.js";

const STAMPS = "stamps", QUALIFICATION = "qualification", USES = ["use", "used"];

/** `held` is what the manifest says by slot, null where it is not enclosed; one finding, or none without a stamp. */
export async function checkStamps(exhibits, signed, held) {
  const asked = signed.filter((one) => isStamp(one) || (held?.get(one.statement.body.get("slot")) ?? null) !== null);
  const found = [];
  for (const one of asked) found.push(await stamp(exhibits, one, held));
  return settled(found, () => {
    const said = both(found.map(({ words }) => words.zh).join("；"), found.map(({ words }) => words.en).join("; "));
    return finding(STAMPS, PASSED, say("stamps-hold", { count: found.length, said }));
  });
}

const isStamp = ({ statement }) => statement.body.get("kind") === QUALIFICATION;

async function stamp(exhibits, signature, held) {
  const slot = slotOf(signature);
  const { body } = signature.statement;
  const of = (name) => body.get(name) ?? null;
  const foreign = (member) => finding(STAMPS, FAILED, say("stamps-foreign", { slot, member }));
  if (!isStamp(signature)) return foreign("kind");
  if (held !== null && !equal(held.get(body.get("slot")), [of("qualification"), of("authorization")])) return foreign("held");
  if (of("authorization") === null) {
    return of("use") === null ? finding(STAMPS, PASSED, say("stamp-own", { slot })) : foreign("use");
  }
  const [granted, used] = [exhibitOf(exhibits, of("authorization")), exhibitOf(exhibits, of("use"))];
  if (granted === null || used === null) return finding(STAMPS, INDETERMINATE, say("stamps-absent", { slot }));
  const member = await unfit(granted.statement, used.statement, signature.statement);
  if (member !== null) return foreign(member);
  const [purpose, project] = ["purpose", "project"].map((name) => granted.statement.body.get(name));
  const ordinal = String(used.statement.body.get("ordinal") ?? "None");
  return finding(STAMPS, PASSED, say("stamp-granted", { slot, purpose, project, ordinal }));
}

/** The first member in which the grant or the use is not the one that the stamp needs, or null. */
async function unfit(granted, used, signature) {
  if (granted.name !== "authorization" || used.name !== "authorization-change") return "type";
  const { body, issuer, issuedAt: at } = signature;
  if (granted.issuer !== issuer || used.issuer !== issuer) return "issuer";
  const said = readBody(granted.body);
  if (said.firm !== body.get("organization")) return "firm";
  if (!equal(granted.body.get("qualification"), body.get("qualification"))) return "qualification";
  if (!(said.validFrom <= at && at < said.validUntil && granted.issuedAt <= at)) return "validity";
  if (!equal(used.body.get("authorization"), granted.digest)) return "authorization";
  if (!USES.includes(used.body.get("change"))) return "change";
  const subject = await sha256(encode([SLOT_DOMAIN, body.get("manifest") ?? null, body.get("slot") ?? null]));
  return used.body.get("used_for") === `sha256:${hex(subject)}` ? null : "used_for";
}
