// What a verification takes on trust: the city's trust file and its issuers' status lists, kept on this device.
//
// What is kept answers at once, also without a network; what is fetched replaces it for the next time, all of it together
// and only where it is a trust file with the lists that its issuers signed. Of a list that is kept only what changed since
// is fetched, and kept with it. The page never takes keys from the code that it checks.

import { encodeStrings } from "../verifier/cbor.js";
import { authenticList } from "../verifier/checks.js";
import { sha256 } from "../verifier/statement.js";
import { listedAt, unpaired } from "../verifier/statuslist.js";
import { hex } from "../verifier/trust.js";
import { parseTrust } from "../verifier/verify.js";

export const CACHE = "yinxin-officer";
const TRUST = "/trust.json";
const FETCHED_AT = "x-fetched-at"; // when this device fetched what it keeps, by its own clock
const HOUR = 3600e3; // milliseconds
const SKEW = 5 * 60e3; // milliseconds by which this device's clock may be behind, as the verifier allows
const NOT_FOUND = 404, SIGN_IN_FIRST = 511; // RFC 6585, section 6: a gateway's own answer
const PATIENCE = 8000; // milliseconds, for a bad network on a building site

/** The network answered with something that is not this site's, such as a gateway's sign-in page. */
export class AnsweredOtherwise extends Error {}

/** Anchors: `trust` as the verifier reads it, `lists`, the bytes of the status list of each issuer, and when the keys
 * were fetched, in milliseconds. */
class Anchors {
  constructor(trust, lists, fetchedAt) {
    this.trust = trust;
    this.lists = lists;
    this.fetchedAt = fetchedAt;
  }

  /** Whether this device's clock is behind that of who signed what it keeps. */
  clockBehind(now = Date.now()) {
    return Math.max(this.fetchedAt, this.listedAt ?? 0) - now > SKEW;
  }

  /** What of it is older than the trust file allows, or from after `now`: "keys", "list", "both" or null. */
  tooOld(now = Date.now()) {
    const oldest = this.trust.maxAgeHours * HOUR;
    const over = (moment) => now - moment > oldest || moment - now > SKEW;
    const keys = over(this.fetchedAt), list = this.listedAt !== null && over(this.listedAt);
    if (keys && list) return "both";
    if (keys) return "keys";
    return list ? "list" : null;
  }

  /** When the oldest of the lists was signed, in milliseconds; null without lists. Says nothing of its truth. */
  get listedAt() {
    const times = [...this.lists.values()].map((list) => listedAt(list) / 1000);
    return times.length ? Math.min(...times) : null;
  }
}

/** The anchors kept on this device, or null. */
export async function kept() {
  if (!globalThis.caches) return null;
  const cache = await caches.open(CACHE);
  try {
    const trusted = await cache.match(TRUST);
    const fetchedAt = Date.parse(trusted?.headers.get(FETCHED_AT));
    if (Number.isNaN(fetchedAt)) return null; // nothing, or kept by an older version of this page
    return await gather(async (path) => {
      const found = await cache.match(path);
      return found ? new Uint8Array(await found.arrayBuffer()) : null;
    }, fetchedAt);
  } catch {
    return null; // kept by an older version of this page
  }
}

/** Fetch the anchors and keep them. Throws AnsweredOtherwise, or another error when the network or the city does not answer. */
export async function fetched() {
  const contents = new Map(), fetchedAt = Date.now();
  const cache = globalThis.caches ? await caches.open(CACHE) : null;
  const anchors = await gather(async (path) => {
    const before = path === TRUST ? null : await cache?.match(path);
    const carried = before ? unpaired(new Uint8Array(await before.arrayBuffer()))[0] : null;
    contents.set(path, path === TRUST ? await download(path) : await list(path, carried));
    return contents.get(path);
  }, fetchedAt);
  for (const [issuer, list] of anchors.lists) await readable(() => signed(list, issuer, anchors.trust));
  if (cache) {
    const headers = { [FETCHED_AT]: new Date(fetchedAt).toISOString() };
    for (const [path, content] of contents) await cache.put(path, new Response(content, { headers }));
  }
  return anchors;
}

/** Throws where a list, or what changed since, is by nobody whom the trust file names. */
async function signed(list, issuer, trust) {
  if ((await authenticList(list, issuer, trust)) === null) throw new Error("by a key that nobody pinned");
}

/** The list with what changed since, as of now; one that is `carried` already is not fetched again. */
async function list(path, carried) {
  const whole = carried ?? (await download(path));
  const delta = await download(`${path}/${hex(await sha256(whole))}/delta`, NOT_FOUND);
  if (delta !== null) return encodeStrings([whole, delta]);
  return carried ? list(path, null) : whole; // of a list that is too old there is no delta
}

/** The bytes at `path`; null where it answers `none`. A redirection is followed nowhere. */
async function download(path, none) {
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(path, { cache: "no-store", credentials: "omit", redirect: "manual", signal });
  if (answer.type === "opaqueredirect" || answer.status === SIGN_IN_FIRST) throw new AnsweredOtherwise(path);
  if (answer.status === none) return null;
  if (!answer.ok) throw new Error(`${path} ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function gather(content, fetchedAt) {
  const trusted = await content(TRUST);
  if (trusted === null) return null;
  const trust = await readable(() => parseTrust(trusted));
  const lists = new Map();
  for (const issuer of issuersOfLists(trust)) {
    const list = await content(`/api/issuers/${encodeURIComponent(issuer)}/status-list`);
    if (list !== null) lists.set(issuer, list);
  }
  return new Anchors(trust, lists, fetchedAt);
}

/** Do `read`, which throws where what was fetched is not what it should be. */
async function readable(read) {
  try {
    return await read();
  } catch (cause) {
    throw new AnsweredOtherwise("", { cause });
  }
}

function issuersOfLists(trust) {
  return new Set(trust.issuers.filter((pinned) => pinned.roles.includes("status-list")).map((pinned) => pinned.issuer));
}
