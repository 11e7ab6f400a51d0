// Sends the visits that were closed, when there is a network and an officer is signed in: the visit, then its findings,
// then their photographs. What arrived is marked at once, so that a break loses nothing and sends little twice; it
// arrived when the answer names it. What is refused holds nothing else up; a visit that is refused because the server
// kept it for its time and deleted it is not sent again.

import { Problem, send } from "../house.js";
import { sha256 } from "../verifier/statement.js";
import { hex } from "../verifier/trust.js";
import { all, change } from "./device.js";
import { findingsOf } from "./findings.js";
import { sentence } from "./wording.js";

const LONGEST = 4096; // characters of a code, as the server takes them; a certificate's is shorter
const PATIENCE = 30_000, PHOTOGRAPH_PATIENCE = 120_000; // milliseconds, for a bad network on a building site
const STOPS = ["network", "other-answer", "sign-in-needed", "not-yours"]; // what the next thing to send would meet as well
const FORGOTTEN = "visit-forgotten";
let running = null;

/** Send what waits; gives the Problems: none where all is sent, else what was refused and what stopped it. */
export function flush() {
  running ??= sendAll().finally(() => (running = null));
  return running;
}

async function sendAll() {
  const waiting = (await all("visits")).filter(({ state }) => state === "closed");
  if (waiting.length === 0) return [];
  if (!navigator.onLine) return [new Problem({})];
  const refused = [];
  try {
    for (const visit of waiting) await unlessRefused(visit.site || sentence("officer.visit.no_site"), refused, () => sendVisit(visit, refused));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    refused.push(problem);
  }
  return refused;
}

/** Do `work`, which sends what is called `name`; where it is refused, add why and go on. */
async function unlessRefused(name, refused, work) {
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof Problem) || STOPS.includes(problem.code)) throw problem;
    const detail = sentence("officer.visit.refused", { name, reason: problem.message });
    refused.push(new Problem({ title: problem.code, detail }));
  }
}

async function sendVisit(visit, refused) {
  const { id } = visit, { next } = await begin(visit);
  const tried = new Set(), before = refused.length;
  for (let left = await unsent(id, tried); left.length > 0; left = await unsent(id, tried)) {
    for (const each of left) {
      tried.add(each.id);
      await unlessRefused(each.name, refused, each.work);
    }
  }
  if (refused.length === before) await change("visits", id, (kept) => Object.assign(kept, { state: "sent", next }));
}

/** Send that there was a visit. One that the server kept for its time and deleted is refused for good. */
async function begin({ id, site, begun_at }) {
  try {
    return await receipt(id, "/api/visits", { id, site, begun_at });
  } catch (problem) {
    if (problem.code === FORGOTTEN) await change("visits", id, (kept) => (kept.state = "forgotten"));
    throw problem;
  }
}

/** What of a visit is still to be sent, as the device has it now: findings, and photographs of those that arrived. */
async function unsent(visit, tried) {
  const pictures = (await all("photographs")).filter(({ sent }) => !sent);
  const left = (await findingsOf(visit)).flatMap((finding) => {
    const name = finding.name || sentence("officer.visit.unproven");
    if (!finding.sent) return [{ id: finding.id, name, work: () => sendFinding(visit, finding) }];
    const own = pictures.filter((picture) => picture.finding === finding.id);
    return own.map((picture) => ({ id: picture.id, name, work: () => sendPhotograph(visit, picture) }));
  });
  return left.filter(({ id }) => !tried.has(id));
}

async function sendFinding(visit, finding) {
  await receipt(finding.id, `/api/visits/${visit}/findings`, told(finding));
  await change("findings", finding.id, (kept) => (kept.sent = true));
}

async function sendPhotograph(visit, { id, finding, blob }) {
  const form = new FormData();
  form.append("photograph", blob, "photograph");
  const digest = `sha256:${hex(await sha256(await blob.arrayBuffer()))}`;
  await receipt(digest, `/api/visits/${visit}/findings/${finding}/photographs`, form, PHOTOGRAPH_PATIENCE);
  await change("photographs", id, (kept) => (kept.sent = true));
}

/** Send, and give the answer that names what arrived; any other, such as a gateway's page, is none of the server's. */
async function receipt(id, path, body, patience = PATIENCE) {
  const answer = await send("POST", path, body, patience);
  if (answer?.id !== id) throw new Problem({ title: "other-answer", detail: sentence("officer.visit.other") });
  return answer;
}

const answer = ({ word, answered_at, online, as_of }) => ({ word, answered_at, online, as_of });

function told({ id, text, answered, earlier, compared, note }) {
  const named = (state) => Object.keys(compared).filter((name) => compared[name] === state);
  return {
    id, scanned: text.slice(0, LONGEST) || "—", note, answered: answer(answered), earlier: earlier && answer(earlier),
    same: named("same"), differing: named("differs"),
  };
}
