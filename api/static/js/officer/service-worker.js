// Opens the verifying page without a network: where the network does not answer, or with a fault, what shell.js kept does.
// It keeps nothing itself, and leaves every page and file that was not kept alone.

const PATIENCE = 3000; // milliseconds until a bad network counts as none
const REST = 30000; // milliseconds during which it is then not asked again

let restUntil = 0;

const answer = async (request, kept) => {
  if (!navigator.onLine || Date.now() < restUntil) return kept;
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  try {
    const fetched = await Promise.race([fetch(request), late]);
    if (fetched.ok) return fetched;
    throw new Error(`${request.url} ${fetched.status}`); // a fault, or a gateway that sends elsewhere
  } catch {
    restUntil = Date.now() + REST;
    return kept;
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (pathname !== "/c" && !pathname.startsWith("/static/")) return;
  event.respondWith(caches.match(pathname).then((kept) => (kept ? answer(event.request, kept) : fetch(event.request))));
});
