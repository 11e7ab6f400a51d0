// Reads a decoded map strictly, as evidence/fields.py does: every field has its type and length, none is left unread.

const TEXT_LIMIT = 4096;

export class Malformed extends Error {}

export class Fields {
  constructor(value) {
    if (!(value instanceof Map)) throw new Malformed("map");
    this.left = new Map(value);
  }

  has(key) {
    return this.left.has(key);
  }

  take(key) {
    if (!this.left.has(key)) throw new Malformed(String(key));
    const value = this.left.get(key);
    this.left.delete(key);
    return value;
  }

  text(key, limit = TEXT_LIMIT) {
    const value = this.take(key);
    if (typeof value !== "string" || value === "" || [...value].length > limit) throw new Malformed(String(key));
    return value;
  }

  octets(key, length) {
    const value = this.take(key);
    if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
      throw new Malformed(String(key));
    }
    return value;
  }

  count(key) {
    const value = this.take(key);
    if (!Number.isSafeInteger(value) || value < 0) throw new Malformed(String(key));
    return value;
  }

  /** A moment in whole microseconds since 1970; a safe integer holds them until the year 2255. */
  moment(key) {
    return this.count(key);
  }

  items(key) {
    const value = this.take(key);
    if (!Array.isArray(value)) throw new Malformed(String(key));
    return value;
  }

  done() {
    for (const key of this.left.keys()) throw new Malformed(String(key));
  }
}
