// Presentations that this device has read: one that comes again may be a photograph, and the page says so.
//
// What is kept is the certificate and the second of the presentation, for a day, on this device alone.

const KEPT = "yinxin-presented";
const KIND = "certificate-presentation";
const ONE_READING = 15e3; // milliseconds within which a code is asked about again by the page itself
const DAY = 24 * 3600e3; // milliseconds
const resting = new WeakMap(); // what the place says of every other code

/** Whether a report is about a presentation: it proves something in its minute, and is not asked about again later. */
export const isPresentation = (report) => report?.kind === KIND;

/** Forget what was presented to this device. */
export const forgetPresented = () => onDevice(() => localStorage.removeItem(KEPT));

/** Tell in `place` what there is to say of who shows the code: nothing of a proof, unless it came before. */
export function tellBearer(report, place, sentence, now = Date.now()) {
  if (!resting.has(place)) resting.set(place, place.textContent);
  place.textContent = resting.get(place);
  if (!isPresentation(report)) return;
  const proof = report.facts.find(({ name }) => name === "bearer");
  if (proof === undefined) return; // refused: the reason says why, and the page that it proves nothing
  const first = note(`${report.subject} ${proof.value.en}`, now);
  const again = now - first > ONE_READING;
  place.hidden = !again;
  if (again) place.textContent = sentence("officer.presented_again", { at: new Date(first).toLocaleTimeString("sv-SE") });
}

/** Note a presentation; gives when this device first read it, in milliseconds. */
function note(presentation, now) {
  return onDevice(() => {
    const kept = Object.entries(JSON.parse(localStorage.getItem(KEPT) ?? "{}")).filter(([, at]) => now - at < DAY);
    const known = new Map(kept);
    if (!known.has(presentation)) known.set(presentation, now);
    localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(known)));
    return known.get(presentation);
  }, now);
}

/** Do `work` with what this device keeps; a browser that keeps nothing notices nothing, and gives `otherwise`. */
function onDevice(work, otherwise) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return otherwise;
  }
}
