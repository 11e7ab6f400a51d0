// Evidence bundles as evidence/bundle.py reads them: one encoding, and every part bound to the subject.

import { concat, decode, encode, encodeStrings, NotCanonical, same } from "./cbor.js";
import { readCheckpoint } from "./checkpoint.js";
import { NotDeflated } from "./deflate.js";
import { Fields, Malformed } from "./fields.js";
import { readReceipt } from "./receipt.js";
import { Invalid } from "./refusals.js";
import { differing, readEntry, readStatement, sha256 } from "./statement.js";
import { readList } from "./statuslist.js";
import { LATER, PARTS, REFERENCES, WRITTEN } from "./tables.js";
import { hex } from "./trust.js";

export const MAGIC = new TextEncoder().encode("yinxin-bundle/1\n");
const KINDS = { certificate: "certificate", agreement: "agreement", authorization: "authorization" };
const SALT_BYTES = 16, HASH_BYTES = 32;
const COMMITMENT = "yinxin/commitment/1";

/** Read a bundle: `{kind, exhibits, disclosures, files, statusList}`; signatures are not checked. Throws Invalid. */
export async function readBundle(encoded) {
  const bundle = read(encoded.subarray(MAGIC.length));
  bundle.exhibits = await oneByOne(bundle.exhibits, checkExhibit);
  const [subject] = bundle.exhibits;
  if (subject === undefined || KINDS[bundle.kind] !== subject.statement.name) throw malformed("kind");
  const digests = bundle.exhibits.map(({ statement }) => hex(statement.digest));
  if (new Set(digests).size !== digests.length) throw malformed("exhibits");
  const place = stranger(bundle.exhibits);
  if (place !== null) throw malformed(`exhibits.${place}`);
  await checkDisclosures(bundle.disclosures, listed(subject.statement, "commitments"));
  await checkFiles(bundle);
  if (bundle.statusList !== null) await checkList(bundle.statusList);
  return bundle;
}

/** The digests (hex) of the files that the subject, its parts, their approvals and what came later name. */
export function filesNamed(exhibits) {
  const [{ statement: subject }] = exhibits;
  const [type, member] = PARTS[subject.name] ?? [];
  const parts = exhibits.filter(
    ({ statement }) => statement.name === type && listed(subject, member).has(hex(statement.digest)),
  );
  const later = exhibits.filter(({ statement }) => isLater(statement, subject));
  const written = parts.flatMap(({ statement }) => writtenFor(statement, exhibits));
  return union([...[exhibits[0], ...parts, ...later].map(({ statement }) => listed(statement, "files")), ...written]);
}

/** What the approval of `part` names of what its person wrote. */
function writtenFor(part, exhibits) {
  const [member, names] = WRITTEN[part.name] ?? [];
  const approvals = exhibits.filter(
    ({ statement }) => statement.name === "approval" && listed(part, member).has(hex(statement.digest)),
  );
  return approvals.map(({ statement }) => listed(statement, names));
}

/** The 32-byte values (hex) that the body of `statement` holds under `member`, alone or in a list. */
export function listed(statement, member) {
  const value = statement.body.get(member);
  const values = Array.isArray(value) ? value : [value];
  return new Set(values.filter((one) => one instanceof Uint8Array && one.length === HASH_BYTES).map(hex));
}

function read(encoded) {
  try {
    const fields = new Fields(decode(encoded));
    const bundle = {
      kind: fields.text("kind"),
      exhibits: fields.each("exhibits").map(readExhibit),
      disclosures: fields.each("disclosures").map(readDisclosure),
      files: fields.items("files"),
      statusList: fields.absent("status_list") ? null : fields.octets("status_list"),
    };
    if (!bundle.files.every((file) => file instanceof Uint8Array)) throw new Malformed("files");
    fields.done();
    return bundle;
  } catch (error) {
    if (error instanceof NotCanonical) throw new Invalid("not-canonical", { offset: error.offset });
    if (error instanceof Malformed) throw malformed(error.message);
    throw error;
  }
}

function readExhibit(fields) {
  const exhibit = {
    encoded: fields.octets("statement"),
    salt: fields.octets("salt", SALT_BYTES),
    entry: fields.octets("entry"),
    receipt: fields.octets("receipt"),
  };
  fields.done();
  return exhibit;
}

function readDisclosure(fields) {
  const disclosure = { name: fields.text("name"), value: fields.take("value"), salt: fields.octets("salt", SALT_BYTES) };
  fields.done();
  return disclosure;
}

async function checkExhibit({ encoded, salt, entry: encodedEntry, receipt }) {
  const entry = await readEntry(encodedEntry);
  const statement = await readStatement(encoded);
  const place = await differing(entry, statement, salt);
  if (place !== null) throw new Invalid("commitment-mismatch", { place });
  if (!same(receiptOf(receipt).leaf, entry.leaf)) throw malformed("leaf");
  return { statement, entry, salt, receipt };
}

function receiptOf(encoded) {
  try {
    const receipt = readReceipt(encoded);
    if (receipt.checkpoint !== null) readCheckpoint(receipt.checkpoint);
    return receipt;
  } catch (error) {
    throw new Invalid(error.reason, { place: error.place ?? "note" });
  }
}

/** The place (from 0) of the first exhibit that no ties lead to from the first one, or null. */
function stranger(exhibits) {
  const [subject] = exhibits;
  const waiting = [subject, ...exhibits.filter(({ statement }) => isLater(statement, subject.statement))];
  const reached = new Set();
  while (waiting.length) {
    const one = waiting.pop();
    if (reached.has(one)) continue;
    reached.add(one);
    const named = union((REFERENCES[one.statement.name] ?? []).map((member) => listed(one.statement, member)));
    const refs = new Set(one.entry.refs.map(hex));
    waiting.push(...exhibits.filter(({ statement, entry }) => named.has(hex(statement.digest)) || refs.has(hex(entry.leaf))));
  }
  const place = exhibits.findIndex((one) => !reached.has(one));
  return place < 0 ? null : place;
}

/** Whether `statement` is what the issuer of `subject` stated later about it. */
export function isLater(statement, subject) {
  const [type, member] = LATER[subject.name] ?? [];
  const value = statement.body.get(member);
  return (
    statement.name === type &&
    value instanceof Uint8Array &&
    same(value, subject.digest) &&
    statement.issuer === subject.issuer
  );
}

async function checkDisclosures(disclosures, commitments) {
  const names = disclosures.map(({ name }) => name);
  if (names.some((name, place) => place > 0 && !before(names[place - 1], name))) throw malformed("disclosures");
  for (const { name, value, salt } of disclosures) {
    const domain = encodeStrings([COMMITMENT, salt]).subarray(1); // the items of the array without its head
    const committed = concat([Uint8Array.of(0x83), domain, encode([name, value])]);
    if (!commitments.has(hex(await sha256(committed)))) throw new Invalid("disclosure-invalid", { name });
  }
}

/** Whether `left` comes before `right` by code points, as Python sorts. */
function before(left, right) {
  const [a, b] = [[...left], [...right]];
  const place = a.findIndex((character, at) => character !== b[at]);
  if (place < 0) return a.length < b.length;
  return b[place] !== undefined && a[place].codePointAt(0) < b[place].codePointAt(0);
}

async function checkFiles(bundle) {
  const digests = await oneByOne(bundle.files, async (file) => hex(await sha256(file)));
  if (digests.some((digest, place) => place > 0 && digests[place - 1] >= digest)) throw malformed("files");
  const named = filesNamed(bundle.exhibits);
  if (!digests.every((digest) => named.has(digest))) throw malformed("files");
}

async function checkList(encoded) {
  const statement = await readStatement(encoded);
  if (statement.name !== "status-list") throw new Invalid("status-list-malformed", { place: "typ" });
  try {
    await readList(statement);
  } catch (error) {
    if (error instanceof NotDeflated) throw new Invalid("status-list-malformed", { place: "states" });
    if (error instanceof Malformed) throw new Invalid("status-list-malformed", { place: error.message });
    throw error;
  }
}

async function oneByOne(items, work) {
  const done = [];
  for (const item of items) done.push(await work(item));
  return done;
}

const union = (sets) => new Set(sets.flatMap((set) => [...set]));
const malformed = (place) => new Invalid("bundle-malformed", { place });
