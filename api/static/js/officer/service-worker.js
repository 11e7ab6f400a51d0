// Opens the verifying page without a network: the page and its files of one version, kept whole or not at all.
//
// The page comes from the network where what answers in time is this very version of it, and else from the device: a
// gateway's sign-in page, a fault, or half a page replaces nothing. Its files come from the device, always of the version
// of the page. Another version is fetched beside it, each file by its digest, and opens the next time. What was not kept is
// left alone.

const KEPT = "yinxin-shell-"; // begins the name of the cache of a version, with the SHA-256 of the list of its files
const PAGE = "/c", LANGUAGES = ["zh", "en"];
const LIST = /<script type="application\/json" id="officer-shell">(.*?)<\/script>/;
const PATIENCE = 1500; // milliseconds until a bad network counts as none
const REST = 30000; // milliseconds during which it is then not asked again

let restUntil = 0;

/** Read the page that a network answered with: `{response, cache, files}`. Throws where it is none of ours. */
const pageIn = async (response) => {
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || response.redirected || !type.startsWith("text/html")) throw new Error(`${response.status} ${type}`);
  const list = LIST.exec(await response.clone().text())[1];
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(list)));
  return { response, cache: KEPT + Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""), files: JSON.parse(list) };
};

/** The address of the page in a language, under which it is fetched and kept. */
const pageOf = (language) => `${PAGE}?lang=${language}`;

/** Fetch the page in a language, as nobody, so that no account's name stays on the device. */
const asNobody = async (language) => pageIn(await fetch(pageOf(language), { credentials: "omit", cache: "no-store" }));

/** Keep the page in both languages, the officer's first, with its files. */
const keep = async (language) => {
  const page = await asNobody(language), others = await Promise.all(LANGUAGES.filter((other) => other !== language).map(asNobody));
  if (others.some((other) => other.cache !== page.cache)) throw new Error("another version meanwhile");
  const cache = await caches.open(page.cache);
  const missing = Object.entries(page.files).map(async ([path, integrity]) => {
    if (!(await cache.match(path))) await cache.put(path, await fetch(path, { integrity, cache: "no-cache", priority: "low" }));
  });
  await Promise.all(missing);
  for (const each of others) await cache.put(each.response.url, each.response);
  await cache.put(PAGE, page.response); // the last: a version with its page is whole
  for (const name of await caches.keys()) if (name.startsWith(KEPT) && name !== page.cache) await caches.delete(name);
};

/** The newest version that is whole: `{name, cache, page}`; null where there is none. */
const newest = async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith(KEPT));
  for (const name of names.reverse()) {
    const cache = await caches.open(name), page = await cache.match(PAGE);
    if (page) return { name, cache, page };
  }
  return null;
};

const openPage = async (event) => {
  const kept = await newest();
  if (kept === null) return fetch(event.request);
  const own = new URL(kept.page.url).searchParams.get("lang");
  const asked = new URL(event.request.url).searchParams.get("lang");
  const page = async () => (await kept.cache.match(pageOf(asked))) ?? kept.page;
  if (!navigator.onLine || Date.now() < restUntil) return page();
  try {
    const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
    const fetched = await Promise.race([fetch(event.request).then(pageIn), late]);
    if (fetched.cache === kept.name) return fetched.response;
    event.waitUntil(keep(own).catch(() => {})); // where it fails it is tried again with the next opening
  } catch {
    restUntil = Date.now() + REST;
  }
  return page();
};

const file = async (event, path) => {
  const client = await clients.get(event.clientId);
  const another = client?.type === "window" && new URL(client.url).pathname !== PAGE; // which goes by the site's present files
  return (another ? null : await (await newest())?.cache.match(path)) ?? fetch(event.request);
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  const done = keep(event.data.keep).then(() => true, () => false); // without a network or room it is kept another time
  event.waitUntil(done.then((kept) => event.ports[0].postMessage(kept)));
});
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (pathname === PAGE) event.respondWith(openPage(event));
  else if (pathname.startsWith("/static/")) event.respondWith(file(event, pathname));
});
