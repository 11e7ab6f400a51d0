// The QR code of a certificate, read without trusting it: https://host/c#1<digits>, as evidence/qr.py writes it; and
// those of copies and presentations, which say the same and more (evidence/shown_codes.py).

import { decode } from "./cbor.js";
import { readSign1 } from "./cose.js";
import { inflate } from "./deflate.js";
import { Fields, Malformed } from "./fields.js";
import { COPY, PRESENTATION, readExtra } from "./shown-codes.js";

const TEXT = /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?)\/c#1([0-9]+)$/;
const LOCAL_HOSTS = ["localhost", "127.0.0.1"];
const TYPE = "yinxin/qr/1";
const CONTENT_LIMIT = 4096; // bytes after inflating
const DIGITS_LIMIT = 2140; // decimal digits: version 20 at level M, with room
const FIELD_LIMIT = 512; // characters in one printed field
const ISSUER_LIMIT = 255;
const LAST_DAY = 2932896; // 9999-12-31
const LAST_SECOND = Math.floor(Number.MAX_SAFE_INTEGER / 1e6); // of 2255, as of every moment

/** The text is not written as a certificate's code. */
export class QrUnknown extends Error {}

/** The digits do not hold a signed payload in its one encoding; `host` is where the code leads. */
export class QrAltered extends Error {
  constructor(host, cause) {
    super("altered", { cause });
    this.host = host;
  }
}

/** Read a code: `{host, payload, extra, message}`; the extra of the certificate's own is null. Throws QrUnknown or QrAltered. */
export async function readQr(text) {
  const written = TEXT.exec(text);
  if (written === null) throw new QrUnknown(text);
  const [, scheme, host, digits] = written;
  if (scheme !== (LOCAL_HOSTS.includes(host.split(":")[0]) ? "http" : "https")) throw new QrUnknown(text);
  try {
    const message = readSign1(await content(digits));
    if (![TYPE, COPY, PRESENTATION].includes(message.typ)) throw new Malformed("typ");
    return { host, ...readPayload(message.payload, message.typ), message };
  } catch (error) {
    throw new QrAltered(host, error);
  }
}

async function content(digits) {
  if (digits.length > DIGITS_LIMIT || digits.startsWith("0")) throw new Malformed("digits");
  const guarded = octets(BigInt(digits).toString(16));
  if (guarded[0] !== 1) throw new Malformed("guard");
  return inflate(guarded.subarray(1), CONTENT_LIMIT);
}

/** The bytes of a number that is written in hexadecimal. */
function octets(written) {
  const padded = written.length % 2 ? `0${written}` : written;
  const found = new Uint8Array(padded.length / 2);
  for (let place = 0; place < padded.length; place += 1) found[place >> 1] = (found[place >> 1] << 4) | parseInt(padded[place], 16);
  return found;
}

function readPayload(encoded, type) {
  const fields = new Fields(decode(encoded));
  const payload = {
    licenceId: fields.text(1),
    certificateType: fields.text(2),
    statement: fields.octets(3, 32),
    statusIndex: fields.count(4),
    fields: fields.items(5),
    validFrom: upTo(fields.count(6), LAST_DAY),
    validUntil: fields.has(7) ? upTo(fields.count(7), LAST_DAY) : null,
    issuedAt: upTo(fields.count(8), LAST_SECOND) * 1000000,
    issuer: fields.text(9, ISSUER_LIMIT),
  };
  const extra = readExtra(type, fields);
  fields.done();
  const printed = (value) => typeof value === "string" && [...value].length <= FIELD_LIMIT;
  if (!payload.fields.every(printed)) throw new Malformed("fields");
  if (payload.validUntil !== null && payload.validUntil < payload.validFrom) throw new Malformed("valid_until");
  return { payload, extra };
}

function upTo(count, last) {
  if (count > last) throw new Malformed("date");
  return count;
}
