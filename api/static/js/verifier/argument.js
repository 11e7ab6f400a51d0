// The part of the argument that is the same for every kind of bundle, as verify/argument.py makes it.

import { MAGIC, filesNamed, isLater, listed, readBundle } from "./bundle.js";
import { same, toJson } from "./cbor.js";
import { FAILED, PASSED, finding } from "./checks.js";
import { checkAuthorship, checkOpening, checkReceived, checkRelated } from "./exhibits.js";
import { isPack, NoPack, unpack } from "./pack.js";
import { Invalid, told } from "./refusals.js";
import { sha256 } from "./statement.js";
import { hex } from "./trust.js";
import { described, settle, shownField, unknown } from "./verify.js";
import { both, say } from "./words.js";

export class NoBundle extends Error {}

/**
 * Read the bytes of a bundle, or of a pack with one, and let that one of `reports` which stands under its kind
 * judge what was examined. Throws NoBundle.
 */
export async function argue(bytes, reports, trust, asOf) {
  const askedAt = asOf.getTime() * 1000;
  try {
    const { bundle: encoded, beside } = isPack(bytes) ? await unpack(bytes) : { bundle: bytes, beside: [] };
    if (!same(encoded.subarray(0, MAGIC.length), MAGIC)) throw new NoBundle();
    const bundle = await readBundle(encoded);
    if (!Object.hasOwn(reports, bundle.kind)) throw new NoBundle();
    return await reports[bundle.kind](await examine(await together(bundle, beside), trust), trust, askedAt);
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
  const { exhibits, files } = bundle;
  const [subject, ...others] = exhibits;
  const related = [];
  for (const exhibit of others) related.push(await checkRelated(exhibit, trust));
  const findings = [
    finding("form", PASSED, say("bundle-whole", { count: exhibits.length })),
    ...(await checkAuthorship(subject, trust)),
    finding("disclosures", PASSED, disclosed(bundle, related, trust)),
    checkFiles(files, filesNamed(exhibits)),
    checkOpening(),
    ...(await checkReceived(subject, trust)),
  ];
  return { bundle, subject, others, findings, related };
}

/** Which facts are shown, and how many are not. */
function disclosed({ exhibits: [subject, ...others], disclosures }, related, trust) {
  const total = listed(subject.statement, "commitments").size;
  const count = disclosures.length;
  if (count === total) return say("disclosures-open", { shown: count, total });
  if (count === 0) return say(erased(subject, others, related) ? "disclosures-erased" : "disclosures-none", { withheld: total });
  const code = subject.statement.body.get("certificate_type");
  const type = typeof code === "string" ? described(trust, subject.statement.issuer, code) : null;
  const labels = disclosures.map(({ name }) => shownField(type, name, "").label);
  const names = both(labels.map(({ zh }) => zh).join("、"), labels.map(({ en }) => en).join(", "));
  return say("disclosures-some", { shown: count, names, withheld: total - count });
}

/** Whether the issuer stated later, in an exhibit that holds, that the data of its holder is erased. */
const erased = (subject, others, related) =>
  others.some(
    ({ statement }, place) =>
      isLater(statement, subject.statement) && statement.body.get("action") === "erased" && related[place].outcome === PASSED,
  );

function checkFiles(files, named) {
  const unbound = [...files.keys()].find((digest) => !named.has(digest));
  if (unbound !== undefined) return finding("files", FAILED, say("files-unbound", { digest: `sha256:${unbound}` }));
  return finding("files", PASSED, say("files-match", { present: files.size, named: named.size }));
}

/** The disclosed fields of the subject, in the order of the bundle; `type` is what is known of a certificate's. */
export const disclosedFacts = (disclosures, type = null) =>
  disclosures.map(({ name, value }) => shownField(type, name, typeof value === "string" ? value : toJson(value)));
