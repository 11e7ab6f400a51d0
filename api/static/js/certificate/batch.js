// Keeps the page of a batch up to date by server-sent events while certificates are issued.
//
// <div id="live" data-events="/api/…/events" data-state data-failed>   without data-events it rests
//
// Numbers are written in place; when the batch comes to rest, or a row fails, the part is fetched anew.

import { filling } from "../house.js";

const fill = filling("bulk-words");
const part = () => document.getElementById("live");

let source = null;

const exchange = async () => {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (answer.ok && fresh) part().replaceWith(fresh);
};

const show = async (batch) => {
  const rows = batch.rows - batch.counts.wrong - batch.counts.erased;
  part().querySelector("[data-show=progress]").textContent = fill("bulk.progress", { done: batch.done, rows });
  part().querySelector("progress").value = batch.done;
  if (!batch.moving) source.close();
  const changed = batch.state !== part().dataset.state || String(batch.counts.failed) !== part().dataset.failed;
  if (changed || !batch.moving) await exchange().catch(() => {}); // the numbers are there; the rows wait for the network
};

const listen = () => {
  source?.close();
  source = null;
  if (document.hidden || !part().dataset.events) return;
  source = new EventSource(part().dataset.events);
  source.addEventListener("progress", (event) => show(JSON.parse(event.data)));
};

document.addEventListener("visibilitychange", listen);
listen();
