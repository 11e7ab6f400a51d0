// What the parties wrote into text fields, each by its own approval, as verify/texts.py checks it.

import { decode, NotCanonical } from "./cbor.js";
import { FAILED, INDETERMINATE, PASSED, finding } from "./checks.js";
import { Malformed } from "./fields.js";
import { exhibitOf, settled, slotOf } from "./signers.js";
import { hex } from "./trust.js";
import { both, quoted, say } from "./words.js";

const TEXTS = "texts", DOMAIN = "yinxin/texts/1", SALT_BYTES = 16;
const LONGEST = 100; // characters

/** `asked` are the text fields of the manifest by slot, null where it is not enclosed; one finding, or none. */
export function checkTexts(exhibits, signed, files, asked) {
  const found = asked === null ? [] : signed.flatMap((one) => written(exhibits, one, files, asked));
  return settled(found, () => {
    const said = both(found.map(({ words }) => words.zh).join("；"), found.map(({ words }) => words.en).join("; "));
    return finding(TEXTS, PASSED, say("texts-hold", { count: found.length, said }));
  });
}

function written(exhibits, signature, files, asked) {
  const slot = slotOf(signature);
  const { body } = signature.statement;
  const labels = labelsOf(asked.get(body.get("slot")));
  const approval = exhibitOf(exhibits, body.get("approval"));
  if (approval === null) return []; // the check of approvals says so
  const named = approval.statement.body.get(TEXTS) ?? null;
  if (!labels.length && named === null) return [];
  if (!labels.length || !(named instanceof Uint8Array)) return [finding(TEXTS, FAILED, say("texts-unapproved", { slot }))];
  const content = files.get(hex(named));
  if (content === undefined) return [finding(TEXTS, INDETERMINATE, say("texts-absent", { slot }))];
  const texts = textsOf(content);
  if (texts === null || texts.length !== labels.length) return [finding(TEXTS, FAILED, say("texts-malformed", { slot }))];
  const lines = labels.map((label, place) => `${quoted(label)} ${quoted(texts[place])}`);
  return [finding(TEXTS, PASSED, both(`签署位${slot}：${lines.join("，")}`, `slot ${slot}: ${lines.join(", ")}`))];
}

function labelsOf(asked) {
  return (Array.isArray(asked) ? asked : []).map((field) => {
    const [label, width, place] = Array.isArray(field) && field.length === 3 ? field : [];
    const whole = Number.isInteger(width) || typeof width === "bigint";
    if (typeof label !== "string" || !whole || !Array.isArray(place)) throw new Malformed("manifest.texts");
    return [...label].slice(0, LONGEST).join("");
  });
}

/** Read a file of texts; null where it is none. */
function textsOf(content) {
  let read;
  try {
    read = decode(content);
  } catch (error) {
    if (error instanceof NotCanonical) return null;
    throw error;
  }
  const [domain, salt, texts] = Array.isArray(read) && read.length === 3 ? read : [];
  const salted = domain === DOMAIN && salt instanceof Uint8Array && salt.length === SALT_BYTES;
  if (!salted || !Array.isArray(texts)) return null;
  const sound = (text) => typeof text === "string" && text !== "" && [...text].length <= LONGEST;
  return texts.every(sound) ? texts : null;
}
