// Reads a decoded map strictly, as evidence/fields.py does: every field has its type and length, none is left unread.

const TEXT_LIMIT = 4096;

export class Malformed extends Error {}

export class Fields {
  constructor(value, place = "") {
    if (!(value instanceof Map)) throw new Malformed(place || "map");
    this.left = new Map(value);
    this.place = place && `${place}.`;
  }

  refuse(key) {
    return new Malformed(`${this.place}${key}`);
  }

  has(key) {
    return this.left.has(key);
  }

  /** Take a null: true when field `key` is there and null, and any other value is left. */
  absent(key) {
    return this.left.get(key) === null && this.left.delete(key);
  }

  take(key) {
    if (!this.left.has(key)) throw this.refuse(key);
    const value = this.left.get(key);
    this.left.delete(key);
    return value;
  }

  text(key, limit = TEXT_LIMIT) {
    const value = this.take(key);
    if (typeof value !== "string" || value === "" || [...value].length > limit) throw this.refuse(key);
    return value;
  }

  octets(key, length) {
    const value = this.take(key);
    if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
      throw this.refuse(key);
    }
    return value;
  }

  count(key) {
    const value = this.take(key);
    if (!Number.isSafeInteger(value) || value < 0) throw this.refuse(key);
    return value;
  }

  /** A moment in whole microseconds since 1970; a safe integer holds them until the year 2255. */
  moment(key) {
    return this.count(key);
  }

  items(key) {
    const value = this.take(key);
    if (!Array.isArray(value)) throw this.refuse(key);
    return value;
  }

  /** An array of byte strings of `length` each. */
  octetsList(key, length) {
    const values = this.items(key);
    if (!values.every((value) => value instanceof Uint8Array && value.length === length)) throw this.refuse(key);
    return values;
  }

  /** An array of maps, each to be read in the same strict way. */
  each(key) {
    return this.items(key).map((value, place) => new Fields(value, `${this.place}${key}.${place}`));
  }

  done() {
    for (const key of this.left.keys()) throw this.refuse(key);
  }
}
