// The part of the argument that is the same for every kind of bundle, as verify/argument.py makes it.

import { MAGIC, filesNamed, listed, readBundle } from "./bundle.js";
import { same, toJson } from "./cbor.js";
import { FAILED, PASSED, finding } from "./checks.js";
import { checkAuthorship, checkOpening, checkReceived, checkRelated } from "./exhibits.js";
import { isPack, NoPack, unpack } from "./pack.js";
import { Invalid, told } from "./refusals.js";
import { sha256 } from "./statement.js";
import { hex } from "./trust.js";
import { settle, shown, unknown } from "./verify.js";
import { say } from "./words.js";

export class NoBundle extends Error {}

/**
 * Read the bytes of a bundle of `kind`, or of a pack with one, and let `report` judge what was examined.
 * Throws NoBundle.
 */
export async function argue(bytes, kind, report, trust, asOf) {
  const askedAt = asOf.getTime() * 1000;
  try {
    const { bundle: encoded, beside } = isPack(bytes) ? await unpack(bytes) : { bundle: bytes, beside: [] };
    if (!same(encoded.subarray(0, MAGIC.length), MAGIC)) throw new NoBundle();
    const bundle = await readBundle(encoded);
    if (bundle.kind !== kind) throw new NoBundle();
    return await report(await examine(await together(bundle, beside), trust), trust, askedAt);
  } catch (error) {
    if (error instanceof NoPack) throw new NoBundle("no pack", { cause: error });
    if (!(error instanceof Invalid)) throw error;
    const words = say("bundle-broken", { reason: told(error) });
    const about = { kind: "bundle", name: "", facts: [] };
    return settle(about, [finding("form", FAILED, words)], unknown(words), trust, askedAt);
  }
}

/** The bundle, its files a Map by digest (hex), with those of a pack that stand `beside` it among its own. */
async function together(bundle, beside) {
  const files = new Map();
  for (const file of [...bundle.files, ...beside]) files.set(hex(await sha256(file)), file);
  return { ...bundle, files };
}

/** Put checks 1 to 8 to the subject, and the related check to every other exhibit. */
async function examine(bundle, trust) {
  const { exhibits, disclosures, files } = bundle;
  const [subject, ...others] = exhibits;
  const related = [];
  for (const exhibit of others) related.push(await checkRelated(exhibit, trust));
  const bound = listed(subject.statement, "commitments").size;
  const findings = [
    finding("form", PASSED, say("bundle-whole", { count: exhibits.length })),
    ...(await checkAuthorship(subject, trust)),
    finding("disclosures", PASSED, say("disclosures-open", { shown: disclosures.length, total: bound })),
    checkFiles(files, filesNamed(exhibits)),
    checkOpening(),
    ...(await checkReceived(subject, trust)),
  ];
  return { bundle, subject, others, findings, related };
}

function checkFiles(files, named) {
  const unbound = [...files.keys()].find((digest) => !named.has(digest));
  if (unbound !== undefined) return finding("files", FAILED, say("files-unbound", { digest: `sha256:${unbound}` }));
  return finding("files", PASSED, say("files-match", { present: files.size, named: named.size }));
}

/** The disclosed fields of the subject, in the order of the bundle. */
export const disclosedFacts = (disclosures) =>
  disclosures.map(({ name, value }) => shown(name, typeof value === "string" ? value : toJson(value)));
