// The description of a certificate type as evidence/type_description.py reads it: every member has its kind, its length and
// its form, and none is left unread. Of what it says the verifier shows its words, its fields' labels and their order.

import { Fields } from "./fields.js";
import { DESCRIBED } from "./tables.js";
import { both } from "./words.js";

const CODE = /^[a-z][a-z0-9-]{1,63}$/, NAME = /^[a-z][a-z0-9_]{0,63}$/, METADATA = /^[A-Z][A-Z0-9_]{1,39}$/;
const NATIONAL = /^[0-9A-Z]{18}[0-9]{3}$/, SEQUENCE = /^[0-9]{3}$/;
const NUMBER_PLACES = /\{(area|date|year|city|serial:[1-9])\}/g, SERIAL_PLACE = /\{serial:[1-9]\}/g;
const DIGITS_PLACE = /\{digits:[1-9][0-9]?\}/g;
const WIDTHS = { area: 6, date: 8, year: 4 }; // digits
const SERIAL_LIMIT = 32; // characters of a licence identifier's serial
const MOST_FIELDS = 60, MOST_NOTES = 20, LONGEST_NOTE = 300, MOST_YEARS = 100;

/** Read a description: `{code, words, labels, inQr}`. Throws Malformed with the place. */
export function readDescription(value) {
  const fields = described(value);
  validity(part(fields, "validity"));
  identifier(part(fields, "identifier"));
  const code = matching(fields, "code", CODE);
  const words = both(fields.text("zh", 40), fields.text("en", 80));
  const holder = holderOf(part(fields, "holder"));
  oneOf(fields, "basis", DESCRIBED.basis);
  oneOf(fields, "face", DESCRIBED.face);
  fields.text("grant", 200);
  notes(fields);
  numbering(part(fields, "number"));
  states(part(fields, "states"));
  const printed = fields.items("field").map((each, place) => described(each, `field.${place}`)).map(field);
  fields.done();
  checkFields(fields, printed, holder);
  return {
    code,
    words,
    labels: new Map(printed.map(({ name, label }) => [name, label])),
    inQr: printed.filter(({ qr }) => qr).map(({ name }) => name),
  };
}

/** The fields of an object of JSON. */
function described(value, place = "") {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return new Fields(isObject ? new Map(Object.entries(value)) : null, place);
}

const part = (fields, key) => described(fields.take(key), `${fields.place}${key}`);

function matching(fields, key, form) {
  const text = fields.text(key);
  if (!form.test(text)) throw fields.refuse(key);
  return text;
}

function oneOf(fields, key, words) {
  const text = fields.text(key);
  if (!words.includes(text)) throw fields.refuse(key);
  return text;
}

function flag(fields, key, otherwise) {
  const value = fields.has(key) ? fields.take(key) : otherwise;
  if (typeof value !== "boolean") throw fields.refuse(key);
  return value;
}

function validity(fields) {
  const counted = oneOf(fields, "rule", DESCRIBED.validity) === "years";
  const years = counted ? fields.count("years") : 0;
  if (counted !== (years >= 1 && years <= MOST_YEARS)) throw fields.refuse("years");
  fields.done();
}

function identifier(fields) {
  const national = fields.has("national") && matching(fields, "national", NATIONAL);
  if (flag(fields, "confirmed", false) && !national) throw fields.refuse("confirmed");
  matching(fields, "local_sequence", SEQUENCE);
  fields.done();
}

function holderOf(fields) {
  const kind = oneOf(fields, "kind", DESCRIBED.holder), name = fields.text("name");
  const number = kind === "person" || fields.has("number") ? fields.text("number") : name;
  fields.done();
  return [name, number];
}

function notes(fields) {
  const all = fields.items("notes");
  const fits = (note) => typeof note === "string" && note !== "" && [...note].length <= LONGEST_NOTE;
  if (!all.every(fits) || all.length > MOST_NOTES) throw fields.refuse("notes");
}

function numbering(fields) {
  const forms = { form: fields.text("form", 60), licence: fields.text("licence", 60) };
  const serials = forms.form.match(SERIAL_PLACE) ?? [];
  for (const [key, text] of Object.entries(forms)) {
    const unknown = /[{}]/.test(text.replace(NUMBER_PLACES, ""));
    const placed = text.match(SERIAL_PLACE) ?? [];
    if (unknown || serials.length !== 1 || placed.length !== 1 || placed[0] !== serials[0]) throw fields.refuse(key);
  }
  const { licence } = forms;
  if (!/^[0-9A-Z]*$/.test(licence.replace(NUMBER_PLACES, "")) || licence.includes("{city}")) throw fields.refuse("licence");
  const elsewhere = fields.has("elsewhere") ? fields.text("elsewhere", 60) : "";
  if (!/^[0-9A-Z-]*$/.test(elsewhere.replace(DIGITS_PLACE, ""))) throw fields.refuse("elsewhere");
  fields.done();
  const filled = licence.replace(NUMBER_PLACES, (_, place) => "0".repeat(WIDTHS[place] ?? Number(place.at(-1))));
  if (filled.length > SERIAL_LIMIT) throw fields.refuse("licence");
}

function states(fields) {
  const [inForce] = DESCRIBED.state;
  if (!DESCRIBED.state.filter((state) => fields.has(state) && stated(part(fields, state))).includes(inForce)) {
    throw fields.refuse(inForce);
  }
  fields.done();
}

function stated(fields) {
  fields.text("zh", 20);
  fields.text("en", 40);
  if (fields.has("code")) fields.text("code", 10);
  fields.done();
  return true;
}

function field(fields) {
  const name = matching(fields, "name", NAME), label = both(fields.text("zh", 20), fields.text("en", 60));
  matching(fields, "metadata", METADATA);
  const required = flag(fields, "required", true), paired = flag(fields, "paired", false);
  const person = flag(fields, "person", false), qr = flag(fields, "qr", false);
  fields.done();
  if (qr && (person || !required)) throw fields.refuse("qr");
  return { name, label, required, paired, qr };
}

/** Check that there are fields, each once, the first on its own line, and those of the holder filled. */
function checkFields(fields, printed, holder) {
  const once = new Set(printed.map(({ name }) => name)).size === printed.length;
  if (printed.length === 0 || printed.length > MOST_FIELDS || !once || printed[0].paired) throw fields.refuse("field");
  const filled = printed.filter(({ required }) => required).map(({ name }) => name);
  if (!holder.every((name) => filled.includes(name))) throw fields.refuse("holder");
}
