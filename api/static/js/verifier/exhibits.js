// The five questions put to an exhibit, as verify/exhibits.py puts them: key, signature, entry, receipt, anchor.

import { same } from "./cbor.js";
import { checkCheckpoint, readCheckpoint } from "./checkpoint.js";
import { checkSignature, FAILED, finding, findKey, INDETERMINATE, PASSED } from "./checks.js";
import { isSigned } from "./cose.js";
import { checkInclusion } from "./merkle.js";
import { readReceipt } from "./receipt.js";
import { Invalid, told } from "./refusals.js";
import { hex, nameOf } from "./trust.js";
import { moment, say } from "./words.js";

const ANCHORED = "anchored";
const EDDSA = -8;
const ALGORITHMS = { [-7]: "ES256", [-8]: "EdDSA", [-257]: "RS256" };

/** Checks of the issuer's key and of the signature. */
export async function checkAuthorship({ statement }, trust) {
  const { issuer, issuedAt, name: role, message } = statement;
  const key = findKey({ issuer, issuedAt, role, keyIdPrefix: message.keyIdPrefix }, trust);
  return [key.finding, await checkSignature(message, key.pinned)];
}

/** The entry opens to the statement: a bundle in which one does not is not read this far. */
export const checkOpening = () => finding("entry", PASSED, say("entry-opens"));

/** Checks of the receipt and of the anchor that it claims. */
export async function checkReceived({ entry, receipt: encoded }, trust) {
  const { log } = trust;
  const receipt = readReceipt(encoded);
  try {
    if (!(await checkSigned(receipt, log))) return [open("receipt-unchecked"), anchor("anchor-none", INDETERMINATE)];
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    if (error.code === "key-differs" && receipt.origin !== log.origin && !error.facts.checkpoint) {
      return [open("receipt-of-another-log"), anchor("anchor-none", INDETERMINATE)];
    }
    const words = say("receipt-broken", { reason: told(error) });
    return [finding("receipt", FAILED, words), anchor("anchor-none", INDETERMINATE)];
  }
  const anchored = checkAnchor(receipt, trust);
  if (!same(receipt.leaf, entry.leaf)) return [finding("receipt", FAILED, say("receipt-of-another")), anchored];
  const facts = { origin: log.origin, index: receipt.index };
  if (receipt.checkpoint === null) return [open("receipt-recorded", facts), anchored];
  const { size } = readCheckpoint(receipt.checkpoint);
  return [finding("receipt", PASSED, say("receipt-holds", { ...facts, size: String(size) })), anchored];
}

/** Put the questions to an exhibit that is not the subject, and answer with the gravest finding. */
export async function checkRelated(exhibit, trust) {
  const { statement } = exhibit;
  const [key, signature] = await checkAuthorship(exhibit, trust);
  const [receipt] = await checkReceived(exhibit, trust);
  const severity = [FAILED, INDETERMINATE, PASSED];
  const gravest = [key, signature, checkOpening(), receipt].reduce((worst, one) =>
    severity.indexOf(one.outcome) < severity.indexOf(worst.outcome) ? one : worst,
  );
  const facts = {
    type: say(`type-${statement.name}`),
    issuer: nameOf(trust, statement.issuer),
    at: moment(statement.issuedAt),
  };
  if (gravest.outcome === PASSED) return finding("related", PASSED, say("related-holds", facts));
  return finding("related", gravest.outcome, say("related-not", { ...facts, reason: gravest.words }));
}

/** Check the log's signatures and the path: true, or false where this browser lacks Ed25519. Throws Invalid. */
async function checkSigned(receipt, log) {
  const { message } = receipt;
  const keyId = hex(log.keyId);
  if (message.algorithm !== EDDSA) {
    const claimed = ALGORITHMS[message.algorithm];
    throw new Invalid("algorithm-differs", { claimed, actual: ALGORITHMS[EDDSA], key_id: keyId });
  }
  if (!same(message.keyIdPrefix, log.keyId.subarray(0, 8))) {
    throw new Invalid("key-differs", { claimed: hex(message.keyIdPrefix), key_id: keyId });
  }
  if (log.key === null) return false;
  if (!(await isSigned(message, log.key))) throw new Invalid("signature-invalid", { key_id: keyId });
  if (receipt.origin !== log.origin) {
    throw new Invalid("receipt-of-another-log", { place: "origin", origin: receipt.origin, expected: log.origin });
  }
  if (receipt.checkpoint !== null) await checkPath(receipt, log, keyId);
  return true;
}

async function checkPath(receipt, log, keyId) {
  const checkpoint = readCheckpoint(receipt.checkpoint);
  try {
    await checkCheckpoint(checkpoint, log);
    await checkInclusion({ ...receipt, size: checkpoint.size, root: checkpoint.root });
  } catch (error) {
    throw new Invalid(error.reason, {
      proof: error.proof,
      claimed: hex(checkpoint.keyHash),
      key_id: keyId,
      place: "origin",
      origin: checkpoint.origin,
      expected: log.origin,
      length: receipt.path.length,
      index: receipt.index,
      size: String(checkpoint.size),
      checkpoint: true,
    });
  }
}

function checkAnchor({ anchor: claimed }, trust) {
  if (claimed === null) return anchor("anchor-none", INDETERMINATE);
  if (claimed.chainId !== trust.chain.chainId || !same(claimed.contract, trust.chain.logContract)) {
    return anchor("anchor-elsewhere", FAILED, { chain: claimed.chainId, contract: `0x${hex(claimed.contract)}` });
  }
  return anchor("anchor-claimed", INDETERMINATE, { chain: claimed.chainId, block: claimed.blockNumber });
}

const anchor = (key, outcome, facts) => finding("anchor", outcome, say(key, facts), ANCHORED);
const open = (key, facts) => finding("receipt", INDETERMINATE, say(key, facts));
