// Evidence that does not hold, by the code and the facts of the error in evidence/errors.py, and its sentence.

import { NotCanonical } from "./cbor.js";
import { Malformed } from "./fields.js";
import { REFUSALS } from "./sentences.js";
import { both } from "./words.js";

export class Invalid extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

/** Do `work`; what is malformed in it becomes Invalid with this `code`, what is not canonical at `place`. */
export function reading(code, place, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) throw new Invalid(code, { place: error.message });
    if (error instanceof NotCanonical) throw new Invalid(code, { place });
    throw error;
  }
}

/** The sentence of an Invalid as a phrase that can stand inside another: without its final stop. */
export function told({ code, facts }) {
  const fill = (language) => REFUSALS[code][language].replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));
  return both(fill("zh").replace(/。+$/, ""), fill("en").replace(/\.+$/, ""));
}
