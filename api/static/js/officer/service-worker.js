// Opens the verifying page without a network: the page and its files of one version, kept whole or not at all.
//
// The page comes from the network where what answers in time is of a version that is kept, and else from the device: a
// gateway's sign-in page, a fault, or half a page replaces nothing. Its files come from the device, always of the version
// of the page. Another version is fetched beside it, each file by its digest, and opens the next time; the one before
// stays for as long as a page of it is open. What was not kept is left alone.

const KEPT = "yinxin-shell-"; // begins the name of the cache of a version, with the SHA-256 of the list of its files
const PAGE = "/c", LANGUAGES = ["zh", "en"];
const GIVEN = `${PAGE}/given/`; // begins the address under which a version has that it was given to a client, as workers come and go
const LIST = /<script type="application\/json" id="officer-shell">(.*?)<\/script>/;
const PATIENCE = 1500; // milliseconds until a bad network counts as none
const REST = 30000; // milliseconds during which it is then not asked again

let restUntil = 0, keeping = null;

/** The name of the cache of the version that `list` is the list of files of. */
const nameOf = async (list) => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(list)));
  return KEPT + Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

/** Read the page that a network answered with: `{response, name, files}`. Throws where it is none of ours. */
const pageIn = async (response) => {
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || response.redirected || !type.startsWith("text/html")) throw new Error(`${response.status} ${type}`);
  const list = LIST.exec(await response.clone().text())[1];
  return { response, name: await nameOf(list), files: JSON.parse(list) };
};

/** The address of the page in a language, under which it is fetched and kept. */
const pageOf = (language) => `${PAGE}?lang=${language}`;

/** Fetch the page in a language, as nobody, so that no account's name stays on the device. */
const asNobody = async (language) => pageIn(await fetch(pageOf(language), { credentials: "omit", cache: "no-store" }));

/** Keep the page in both languages with its files, once for all who ask meanwhile; gives the name of its cache. */
const keepVersion = async () => {
  const pages = await Promise.all(LANGUAGES.map(asNobody)), [{ name, files }] = pages;
  if (pages.some((page) => page.name !== name)) throw new Error("another version meanwhile");
  const cache = await caches.open(name);
  const missing = Object.entries(files).map(async ([path, integrity]) => {
    if (!(await cache.match(path))) await cache.put(path, await fetch(path, { integrity, cache: "no-cache", priority: "low" }));
  });
  await Promise.all(missing);
  for (const [place, language] of LANGUAGES.entries()) await cache.put(pageOf(language), pages[place].response);
  return name;
};

/** Keep the site's present version, to open in `language` where none is asked for; gives the name of its cache. */
const keep = async (language) => {
  const name = await (keeping ??= keepVersion().finally(() => (keeping = null)));
  const cache = await caches.open(name);
  await cache.put(PAGE, await cache.match(pageOf(language))); // the last: a version with its page is whole
  return name;
};

/** The versions that are kept, whole or not, the newest first: `{name, cache}`. */
const versions = async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith(KEPT)).reverse();
  return Promise.all(names.map(async (name) => ({ name, cache: await caches.open(name) })));
};

/** The newest version that has something at `address`: `{name, cache, found}`; null where there is none. */
const versionWith = async (address) => {
  for (const { name, cache } of await versions()) {
    const found = await cache.match(address);
    if (found) return { name, cache, found };
  }
  return null;
};

/** The cache of a version that is whole; null where it is not. */
const whole = async (name) => {
  const cache = (await caches.has(name)) ? await caches.open(name) : null;
  return (await cache?.match(PAGE)) ? cache : null;
};

/** Note that a client was given a version. Where it has no name, or the device no room, it gets files of the newest. */
const give = (cache, client) => cache.put(GIVEN + client, new Response()).catch(() => {});

/** Whether an open page was given the version; forgets those that were closed. */
const isOpen = async (cache) => {
  let open = false;
  for (const { url } of await cache.keys()) {
    const [, client] = url.split(GIVEN);
    if (client === undefined) continue;
    if (await clients.get(client)) open = true;
    else await cache.delete(url);
  }
  return open;
};

/** Delete what is kept of versions other than `name` that no open page was given. */
const deleteOthers = async (name) => {
  for (const each of await versions()) if (!(await isOpen(each.cache)) && each.name !== name) await caches.delete(each.name);
};

const openPage = async (event) => {
  const kept = await versionWith(PAGE);
  if (kept === null) return fetch(event.request);
  const own = new URL(kept.found.url).searchParams.get("lang");
  const asked = new URL(event.request.url).searchParams.get("lang");
  const page = async () => {
    await give(kept.cache, event.resultingClientId);
    return (await kept.cache.match(pageOf(asked))) ?? kept.found;
  };
  if (!navigator.onLine || Date.now() < restUntil) return page();
  try {
    const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
    const fetched = await Promise.race([fetch(event.request).then(pageIn), late]);
    const same = await whole(fetched.name);
    if (same) {
      await give(same, event.resultingClientId);
      return fetched.response;
    }
    event.waitUntil(keep(own).catch(() => {})); // where it fails it is tried again with the next opening
  } catch {
    restUntil = Date.now() + REST;
  }
  return page();
};

const file = async (event, path) => {
  const client = await clients.get(event.clientId);
  const another = client?.type === "window" && new URL(client.url).pathname !== PAGE;
  if (another) return fetch(event.request); // it goes by the site's present files
  const version = (await versionWith(GIVEN + event.clientId)) ?? (await versionWith(PAGE));
  return (await version?.cache.match(path)) ?? fetch(event.request);
};

/** Have the page that asks for it kept, and tell it whether that is done. */
const keepFor = async ({ data, source, ports: [port] }) => {
  try {
    const name = await keep(data.keep);
    const own = await whole(await nameOf(data.list));
    if (own) await give(own, source.id); // the first page came before this worker
    await deleteOthers(name);
    port.postMessage(true);
  } catch {
    port.postMessage(false); // without a network or room it is kept another time
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keepFor(event)));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (pathname === PAGE) event.respondWith(openPage(event));
  else if (pathname.startsWith("/static/")) event.respondWith(file(event, pathname));
});
