// What a copy or a presentation adds to a certificate's code, as evidence/shown_codes.py reads it and
// verify/shown_codes.py judges it. Whether a copy was withdrawn is known online alone.

import { FAILED, IN_FORCE, INDETERMINATE, PASSED, finding } from "./checks.js";
import { Malformed } from "./fields.js";
import { both, dayFromCount, dayOf, moment, quoted, say } from "./words.js";

export const COPY = "yinxin/qr-copy/1", PRESENTATION = "yinxin/qr-presentation/1";
const BEARERS = ["holder", "legal-representative", "member"];
const HASH_BYTES = 32, NONCE_BYTES = 16;
const RECIPIENT_LIMIT = 40, PURPOSE_LIMIT = 60; // characters
const SECOND = 1e6, LIFE = 60 * SECOND, CLOCKS_APART = 10 * SECOND; // microseconds
const LAST_DAY = 2932896; // 9999-12-31
const LAST_SECOND = Math.floor(Number.MAX_SAFE_INTEGER / 1e6); // of 2255, as of every moment

/** Take what a code of this `type` says beside the certificate, or null where that is nothing. */
export function readExtra(type, fields) {
  if (type === COPY) {
    return {
      type,
      statement: fields.octets(10, HASH_BYTES),
      recipient: fields.text(11, RECIPIENT_LIMIT),
      purpose: fields.text(12, PURPOSE_LIMIT),
      until: upTo(fields.count(13), LAST_DAY),
      signedAt: upTo(fields.count(14), LAST_SECOND) * SECOND,
    };
  }
  if (type !== PRESENTATION) return null;
  const extra = {
    type,
    signedAt: upTo(fields.count(15), LAST_SECOND) * SECOND,
    nonce: fields.octets(16, NONCE_BYTES),
    assertion: fields.octets(17, HASH_BYTES),
    bearer: BEARERS[fields.count(18)],
  };
  if (extra.bearer === undefined) throw new Malformed("18");
  return extra;
}

/** Judge a extra: `{kind, findings, facts, standing}`, where `standing` is first the answer about the certificate. */
export function judgeExtra(extra, standing, askedAt, { shown, notInForce, unknown }) {
  return extra.type === COPY
    ? copy(extra, standing, askedAt, { shown, notInForce })
    : presentation(extra, standing, askedAt, { shown, unknown });
}

function copy(extra, standing, askedAt, { shown, notInForce }) {
  const until = dayFromCount(extra.until);
  let key = "copy-bound";
  if (askedAt + CLOCKS_APART < extra.signedAt) key = "copy-early";
  else if (dayOf(askedAt) > until) key = "copy-over";
  const unfit = key !== "copy-bound";
  const bound = say(key, { recipient: quoted(extra.recipient), purpose: quoted(extra.purpose), until, at: moment(extra.signedAt) });
  const kept = say("copy-unasked");
  let given = standing;
  if (standing.answer !== "NOT_IN_FORCE") {
    if (unfit) given = notInForce(key, askedAt, bound);
    else if (standing.answer === "IN_FORCE") {
      const why = both(`${bound.zh}${kept.zh}`, `${bound.en} ${kept.en}`);
      given = { ...standing, headline: say("headline-copy", { at: moment(standing.asOf) }), why };
    }
  }
  const findings = [
    finding("copy", unfit ? FAILED : PASSED, bound, IN_FORCE),
    finding("withdrawal", INDETERMINATE, kept, IN_FORCE),
  ];
  const facts = [shown("recipient", extra.recipient), shown("purpose", extra.purpose), shown("copy_until", until)];
  return { kind: "certificate-copy", findings, facts, standing: given };
}

function presentation(extra, standing, askedAt, { shown, unknown }) {
  const kind = "certificate-presentation";
  const at = moment(extra.signedAt), bearer = say(`bearer-${extra.bearer}`);
  let key = "presentation-holds";
  if (extra.signedAt > askedAt + CLOCKS_APART) key = "presentation-early";
  else if (askedAt - extra.signedAt > LIFE) key = "presentation-over";
  const held = key === "presentation-holds";
  const words = say(key, { at, bearer });
  const findings = [finding("presentation", held ? PASSED : FAILED, words, IN_FORCE)];
  if (!held) {
    const refused = unknown(words, say("headline-presentation-refused"));
    return { kind, findings, facts: [], standing: standing.answer === "NOT_IN_FORCE" ? standing : refused };
  }
  const proved = standing.answer === "IN_FORCE";
  const headline = proved && say("headline-presentation", { at: moment(standing.asOf), presented: at });
  const facts = [shown("bearer", say("bearer-proved", { bearer, at }))];
  return { kind, findings, facts, standing: proved ? { ...standing, headline } : standing };
}

function upTo(count, last) {
  if (count > last) throw new Malformed("date");
  return count;
}
