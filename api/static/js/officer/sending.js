// Sends the visits that were closed, when there is a network and an officer is signed in: the visit, then each finding,
// then its photographs. What arrived is marked at once, so that a break loses nothing and sends little twice.

import { Problem, send } from "../house.js";
import { all, put } from "./device.js";
import { findingsOf, photographsOf } from "./findings.js";

const LONGEST = 4096; // characters of a code, as the server takes them; a certificate's is shorter
let running = null;

/** Send what waits; gives null when all is sent, or the Problem that stopped it. */
export function flush() {
  running ??= sendAll().finally(() => (running = null));
  return running;
}

async function sendAll() {
  const waiting = (await all("visits")).filter(({ state }) => state === "closed");
  if (waiting.length === 0) return null;
  if (!navigator.onLine) return new Problem({});
  try {
    for (const visit of waiting) await sendVisit(visit);
    return null;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return problem;
  }
}

async function sendVisit(visit) {
  const { id, site, begun_at } = visit;
  const { next } = await send("POST", "/api/visits", { id, site, begun_at });
  for (const finding of await findingsOf(id)) {
    if (!finding.sent) await send("POST", `/api/visits/${id}/findings`, told(finding));
    await put("findings", { ...finding, sent: true });
    for (const picture of await photographsOf(finding.id)) await sendPhotograph(id, finding.id, picture);
  }
  await put("visits", { ...visit, state: "sent", next });
}

async function sendPhotograph(visit, finding, picture) {
  if (picture.sent) return;
  const form = new FormData();
  form.append("photograph", picture.blob, "photograph");
  await send("POST", `/api/visits/${visit}/findings/${finding}/photographs`, form);
  await put("photographs", { ...picture, sent: true });
}

const answer = ({ word, answered_at, online, as_of }) => ({ word, answered_at, online, as_of });

function told({ id, text, answered, earlier, compared, note }) {
  const named = (state) => Object.keys(compared).filter((name) => compared[name] === state);
  return {
    id, scanned: text.slice(0, LONGEST) || "—", note, answered: answer(answered), earlier: earlier && answer(earlier),
    same: named("same"), differing: named("differs"),
  };
}
