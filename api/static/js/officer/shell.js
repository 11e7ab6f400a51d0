// Has the service worker keep this page on the device, so that it opens without a network.

import { language } from "./wording.js";

/** Have the page and its files kept, as they are now. */
export async function keepShell() {
  if (!navigator.serviceWorker || !navigator.onLine) return;
  try {
    await navigator.serviceWorker.register("/service-worker.js", { scope: "/c" });
  } catch {
    return; // it is tried again when the page is next opened
  }
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data: kept }) => kept && (document.documentElement.dataset.kept = "");
  active.postMessage({ keep: language, list: document.getElementById("officer-shell").textContent }, [port2]);
}
