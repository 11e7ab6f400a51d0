// What every page can do: send a form or a button's act as JSON, show the answer's one sentence, copy a value.
//
// <form data-to="/api/…">             sends its fields as JSON, or as multipart when it has a file
// <button data-act="POST" data-to="…" data-body='{…}' data-confirm="…">
// An answer with {next} opens that page; a problem shows its sentence in #alert.

export const words = JSON.parse(document.querySelector("script#words")?.textContent ?? "{}");

/** A refusal of the server: `message` is the sentence to show, `code` its stable name, `capture` the picture it is of,
 * `judged` whether it is a scan's failure, `rows` the wrong cells of a sheet. */
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail ?? words["house.network"]);
    this.code = problem.title ?? "network";
    this.capture = problem.capture;
    this.judged = problem.judged === true;
    this.rows = problem.rows ?? [];
  }
}

/** Send `body` (an object as JSON, or FormData) and give the answer; throws Problem, also where `patience`, in
 * milliseconds, is over. */
export const send = async (method, path, body, patience = null) => {
  const form = body instanceof FormData;
  let response;
  try {
    response = await fetch(path, {
      method,
      signal: patience === null ? undefined : AbortSignal.timeout(patience),
      headers: { accept: "application/json", ...(form || body === undefined ? {} : { "content-type": "application/json" }) },
      body: form ? body : body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem({});
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(answer);
  return answer;
};

/** Show one sentence to the visitor; an empty one hides it. */
export const say = (sentence) => {
  const place = document.getElementById("alert");
  place.textContent = sentence;
  place.hidden = !sentence;
};

/** Give what fills the sentences of the page's JSON script `id`: by key, with facts for the names in braces. */
export const filling = (id) => {
  const sentences = JSON.parse(document.getElementById(id).textContent);
  return (key, facts = {}) => sentences[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
};

/** Do `work` while `button` waits; a refusal is said in its one sentence, and given to `refused`. Where `work` gives
 * true the page is being left, and the button waits on. */
export const busy = async (button, work, refused = () => {}) => {
  const label = button?.textContent;
  const wait = (waiting) => {
    if (!button) return;
    button.disabled = waiting;
    if (waiting) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
    if (!button.children.length) button.textContent = waiting ? words["house.working"] : label;
  };
  say("");
  wait(true);
  try {
    if (await work()) return;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    say(problem.message);
    refused(problem);
  }
  wait(false);
};

/** Go where an answer leads, or load the page again. */
export const follow = ({ next }) => {
  if (next) location.assign(next);
  else location.reload();
  return true;
};

const fieldsOf = (form) => {
  const data = new FormData(form);
  if (form.querySelector("input[type=file]")) return data;
  return Object.fromEntries([...data].map(([name, value]) => [name, value]));
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.to) return;
  event.preventDefault();
  busy(event.submitter, async () => follow(await send(form.dataset.act ?? "POST", form.dataset.to, fieldsOf(form))));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (button) {
    if (button.dataset.confirm && !confirm(button.dataset.confirm)) return;
    const body = button.dataset.body ? JSON.parse(button.dataset.body) : undefined;
    busy(button, async () => follow(await send(button.dataset.act, button.dataset.to, body)));
    return;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => {
      copy.dataset.said = words["house.copied"];
      setTimeout(() => delete copy.dataset.said, 1500);
    });
    return;
  }
  const keep = event.target.closest("a[data-keep-fragment]");
  if (keep && location.hash) keep.href = keep.getAttribute("href").split("#")[0] + location.hash;
});
