// The documents of an agreement, as verify/documents.py checks them: those of its manifest, whole in the bundle, each
// kept by its assembled PDF.

import { isLater } from "./bundle.js";
import { FAILED, INDETERMINATE, PASSED, finding } from "./checks.js";
import { Fields } from "./fields.js";
import { settled } from "./signers.js";
import { hex } from "./trust.js";
import { say } from "./words.js";

const DOCUMENTS = "documents", ASSEMBLED = "assembled";
const HASH_BYTES = 32;

/** Check the documents that `manifest` lists; `stated` are the digests of those that the completion names. */
export function checkDocuments({ subject, every, files }, manifest, stated) {
  if (!manifest.has(DOCUMENTS)) return [];
  const documents = manifest.octetsList(DOCUMENTS, HASH_BYTES).map(hex);
  if (!sameSet(new Set(stated.map(hex)), new Set(documents))) return [finding(DOCUMENTS, FAILED, say("documents-others"))];
  const assembled = every
    .filter(({ statement }) => isLater(statement, subject.statement) && statement.body.get("action") === ASSEMBLED)
    .map(({ statement }) => new Fields(statement.body, "body").octetsList("files", HASH_BYTES).map(hex));
  const found = [...assembled.flatMap((results) => kept(files, documents, results)), ...present(files, documents)];
  if (found.length) return settled(found);
  return [finding(DOCUMENTS, PASSED, say(assembled.length ? "documents-kept" : "documents-frozen", { count: documents.length }))];
}

/** What keeps the assembled PDFs from being those of the documents, one for each, in their order. */
function kept(files, documents, results) {
  const [made, count] = [results.length, documents.length];
  if (made !== count) return [finding(DOCUMENTS, FAILED, say("documents-count", { made, count }))];
  return results.flatMap((result, index) => {
    const [frozen, longer, place] = [files.get(documents[index]), files.get(result), index + 1];
    if (longer === undefined) return [finding(DOCUMENTS, INDETERMINATE, say("documents-unassembled", { place }))];
    if (frozen === undefined || extendsIt(longer, frozen)) return [];
    return [finding(DOCUMENTS, FAILED, say("documents-altered", { place }))];
  });
}

/** The documents that are not enclosed. */
function present(files, documents) {
  return documents.flatMap((digest, index) =>
    files.has(digest) ? [] : [finding(DOCUMENTS, INDETERMINATE, say("documents-absent", { place: index + 1 }))],
  );
}

const extendsIt = (longer, frozen) => longer.length > frozen.length && frozen.every((byte, place) => byte === longer[place]);
const sameSet = (left, right) => left.size === right.size && [...left].every((one) => right.has(one));
