// Receipts as evidence/receipt.py reads them: the log's signed word on one entry.

import { decode, same } from "./cbor.js";
import { isSigned, readSign1 } from "./cose.js";
import { Fields, Malformed } from "./fields.js";

const TYPE = "yinxin/receipt/1";
const HASH_BYTES = 32, ADDRESS_BYTES = 20;

/** A receipt that does not hold; `reason` is receipt-malformed, -of-another-log or -not-signed. */
export class ReceiptInvalid extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Read a receipt without trusting it: `{origin, index, leaf, checkpoint, path, anchor, message}`; `checkpoint` is a
 * signed note or null, `anchor` where the chain holds it or null. Throws ReceiptInvalid.
 */
export function readReceipt(encoded) {
  try {
    return read(encoded);
  } catch {
    throw new ReceiptInvalid("receipt-malformed");
  }
}

/** Check that the log with this key signed the receipt: true, or null where Ed25519 is lacking. Throws. */
export async function checkReceipt(receipt, log) {
  if (receipt.origin !== log.origin) throw new ReceiptInvalid("receipt-of-another-log");
  if (!same(receipt.message.keyIdPrefix, log.keyId.subarray(0, 8))) throw new ReceiptInvalid("receipt-not-signed");
  if (log.key === null) return null;
  if (!(await isSigned(receipt.message, log.key))) throw new ReceiptInvalid("receipt-not-signed");
  return true;
}

function read(encoded) {
  const message = readSign1(encoded);
  if (message.typ !== TYPE) throw new Malformed("typ");
  const statement = new Fields(decode(message.payload));
  if (statement.count("v") !== 1) throw new Malformed("v");
  const origin = statement.text("issuer", 255);
  const issuedAt = statement.moment("issued_at");
  const body = new Fields(statement.take("body"));
  statement.done();
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
  if (!receipt.path.every((hash) => hash instanceof Uint8Array && hash.length === HASH_BYTES)) throw new Malformed("path");
  if (receipt.checkpoint === null && (receipt.path.length || receipt.anchor !== null)) throw new Malformed("checkpoint");
  if (receipt.anchor !== null) receipt.anchor = readAnchor(new Fields(receipt.anchor));
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
