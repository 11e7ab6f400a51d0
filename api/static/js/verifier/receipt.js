// Receipts as evidence/receipt.py reads them: the log's signed word on one entry.

import { decode, NotCanonical, same } from "./cbor.js";
import { checkCheckpoint, readCheckpoint } from "./checkpoint.js";
import { isSigned, readSign1 } from "./cose.js";
import { Fields, Malformed } from "./fields.js";
import { checkInclusion } from "./merkle.js";
import { typeName } from "./statement.js";

const TYPE = "yinxin/receipt/1";
const HASH_BYTES = 32, ADDRESS_BYTES = 20;

/** A receipt that does not hold; `reason` is the code of the error in evidence, `place` where reading stopped. */
export class ReceiptInvalid extends Error {
  constructor(reason, place) {
    super(reason);
    this.reason = reason;
    this.place = place;
  }
}

/**
 * Read a receipt without trusting it: `{origin, index, leaf, checkpoint, path, anchor, message}`; `checkpoint` is a
 * signed note or null, `anchor` where the chain holds it or null. Throws ReceiptInvalid.
 */
export function readReceipt(encoded) {
  const statement = attempt("statement-malformed", () => readStatement(encoded));
  return attempt("receipt-malformed", () => readBody(statement));
}

/** Check that the log with this key signed the receipt: true, or null where Ed25519 is lacking. Throws. */
export async function checkReceipt(receipt, log) {
  if (receipt.origin !== log.origin) throw new ReceiptInvalid("receipt-of-another-log");
  if (!same(receipt.message.keyIdPrefix, log.keyId.subarray(0, 8))) throw new ReceiptInvalid("key-differs");
  if (log.key === null) return null;
  if (!(await isSigned(receipt.message, log.key))) throw new ReceiptInvalid("signature-invalid");
  return true;
}

/** Check that the receipt names the pinned chain and contract, where it names any. Throws. */
export function checkPinned(receipt, { chainId, contract }) {
  const { anchor } = receipt;
  if (anchor !== null && !(anchor.chainId === chainId && same(anchor.contract, contract))) {
    throw new ReceiptInvalid("receipt-of-another-chain");
  }
}

/** Check all that a receipt shows by itself: signatures, checkpoint, path and pinned chain. Gives it; throws. */
export async function verifyReceipt(encoded, log, pinned) {
  const receipt = readReceipt(encoded);
  await checkReceipt(receipt, log);
  if (receipt.checkpoint !== null) {
    const { size, root, ...checkpoint } = readCheckpoint(receipt.checkpoint);
    await checkCheckpoint(checkpoint, log);
    await checkInclusion({ leaf: receipt.leaf, index: receipt.index, size, path: receipt.path, root });
  }
  checkPinned(receipt, pinned);
  return receipt;
}

function attempt(reason, work) {
  try {
    return work();
  } catch (error) {
    throw new ReceiptInvalid(reason, error instanceof NotCanonical ? "payload" : error.message);
  }
}

function readStatement(encoded) {
  const message = readSign1(encoded);
  if (typeName(message.typ) === null) throw new Malformed("typ");
  const fields = new Fields(decode(message.payload));
  if (fields.count("v") !== 1) throw new Malformed("v");
  const statement = {
    message,
    origin: fields.text("issuer", 255),
    issuedAt: fields.moment("issued_at"),
    body: fields.take("body"),
  };
  fields.done();
  return statement;
}

function readBody({ message, origin, issuedAt, body: map }) {
  if (message.typ !== TYPE) throw new Malformed("typ");
  const body = new Fields(map);
  const receipt = {
    origin,
    issuedAt,
    index: body.count("index"),
    leaf: body.octets("leaf", HASH_BYTES),
    checkpoint: body.take("checkpoint"),
    path: body.items("path"),
    anchor: body.take("anchor"),
    message,
  };
  body.done();
  const { checkpoint, path, anchor } = receipt;
  if (!path.every((hash) => hash instanceof Uint8Array && hash.length === HASH_BYTES)) throw new Malformed("path");
  if (checkpoint === null && (path.length || anchor !== null)) throw new Malformed("checkpoint");
  if (checkpoint !== null && typeof checkpoint !== "string") throw new Malformed("checkpoint");
  if (anchor !== null) receipt.anchor = readAnchor(new Fields(anchor, "anchor"));
  return receipt;
}

function readAnchor(fields) {
  const anchor = {
    chainId: fields.count("chain_id"),
    contract: fields.octets("contract", ADDRESS_BYTES),
    transaction: fields.octets("transaction", HASH_BYTES),
    blockHash: fields.octets("block_hash", HASH_BYTES),
    blockNumber: fields.count("block_number"),
    depth: fields.has("depth") ? fields.count("depth") : null,
  };
  fields.done();
  if (anchor.depth === 0) throw new Malformed("anchor.depth");
  return anchor;
}
