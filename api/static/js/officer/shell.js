// Keeps this page on the device, so that it opens without a network; the service worker answers from here.

import { CACHE } from "./anchors.js";
import { language } from "./wording.js";

const files = JSON.parse(document.getElementById("officer-shell").textContent);

/** Keep the page and its files. The page is fetched as nobody, so that no account's name stays on the device. */
export async function keepShell() {
  if (!navigator.serviceWorker || !globalThis.caches || !navigator.onLine) return;
  try {
    await navigator.serviceWorker.register("/service-worker.js", { scope: "/c" });
    const cache = await caches.open(CACHE);
    const page = await fetch(`/c?lang=${language}`, { credentials: "omit" });
    if (page.ok) await cache.put("/c", page);
    await cache.addAll(files);
    document.documentElement.dataset.kept = "";
  } catch {
    // Without a network or room for it the page is not kept; it is tried again when it is next opened.
  }
}
