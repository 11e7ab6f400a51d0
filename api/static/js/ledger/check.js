// "Check it in your own browser": from the bytes of an entry to the root that the log signed and the chain holds.
//
// Every step shows what it computed. One that fails ends the check in red and names itself; silence of the site or of the
// node ends it unfinished, for silence proves nothing. What this browser cannot check (Ed25519) or what was not asked (the
// chain) stays open, and then the verdict does not say that all holds.

import { checkChain, checkGrowth, hex, head, node } from "../verifier/chain.js";
import { checkCheckpoint, readCheckpoint, readLogKey } from "../verifier/checkpoint.js";
import { checkConsistency, climb, leafHash } from "../verifier/merkle.js";
import { checkPinned, checkReceipt, readReceipt } from "../verifier/receipt.js";

const place = document.getElementById("check");
const { words } = JSON.parse(document.getElementById("ledger-words").textContent);
const say = (key, facts = {}) =>
  Object.entries(facts).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[`ledger.${key}`]);
const digits = (bytes) => hex(bytes).slice(2).match(/.{4}/g).join(" ");
const octets = (digest) => Uint8Array.from(digest.match(/../g), (byte) => parseInt(byte, 16));
const equal = (one, other) => hex(one) === hex(other);

/** A step that does not hold; `reason` has a sentence of its own. */
class Differs extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const SILENCE = ["not-fetched", "node-silent"];

const fetched = async (path) => {
  const answer = await fetch(path, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) throw new Differs("not-fetched");
  return new Uint8Array(await answer.arrayBuffer());
};

const spoken = (bytes) => new TextDecoder().decode(bytes);

// Each step gives `{facts, shown, open}`: what its sentence tells, what it computed, whether it stays unchecked.
const steps = [
  ["entry", async (known) => {
    known.bytes = await fetched(`/ledger/entries/${place.dataset.index}/bytes`);
    known.leaf = await leafHash(known.bytes);
    return { facts: { bytes: known.bytes.length }, shown: [digits(known.leaf)] };
  }],
  ["receipt", async (known) => {
    known.log = await readLogKey(spoken(await fetched("/ledger/vkey")));
    known.receipt = readReceipt(await fetched(`/ledger/entries/${place.dataset.index}/receipt`));
    if (String(known.receipt.index) !== place.dataset.index) throw new Differs("receipt-of-another");
    if (!equal(known.receipt.leaf, known.leaf)) throw new Differs("leaf-other");
    const signed = await checkReceipt(known.receipt, known.log);
    return { shown: [`${known.log.origin} ${digits(known.log.keyId)}`], open: signed === null };
  }],
  ["path", async (known) => {
    if (known.receipt.checkpoint === null) return { open: true, key: "path-none" };
    known.checkpoint = readCheckpoint(known.receipt.checkpoint);
    const { leaf, checkpoint: { size }, receipt: { index, path } } = known;
    const climbed = await climb({ leaf, index, size, path });
    known.root = climbed.at(-1)?.result ?? leaf;
    return { facts: { steps: climbed.length, size }, shown: climbed.map((step) => digits(step.result)), climbed: true };
  }],
  ["checkpoint", async (known) => {
    if (!known.checkpoint) return null;
    if (!equal(known.root, known.checkpoint.root)) throw new Differs("root-differs");
    const signed = await checkCheckpoint(known.checkpoint, known.log);
    return { facts: { size: known.checkpoint.size }, shown: [digits(known.root)], open: signed === null };
  }],
  ["chain", async (known) => {
    const { anchor } = known.receipt;
    if (anchor === null) return { open: true, key: "chain-none" };
    if (!place.dataset.rpc) return { open: true, key: "chain-unasked" };
    const { chain } = JSON.parse(spoken(await fetched("/trust.json")));
    checkPinned(known.receipt, { chainId: chain.chain_id, contract: octets(chain.log_contract.replace(/^0x/, "")) });
    known.ask = node(place.dataset.rpc);
    await checkChain(known.ask, anchor.chainId);
    const { blockNumber, depth } = await checkGrowth(known.ask, anchor, known.checkpoint);
    return { facts: { block: blockNumber, depth, node: place.dataset.rpc }, shown: [digits(anchor.transaction)] };
  }],
  ["head", async (known) => {
    if (!known.ask) return null;
    const held = await head(known.ask, known.receipt.anchor.contract);
    const { size, root } = known.checkpoint;
    if (held.size < size) throw new Differs("size-shrinks");
    const path = JSON.parse(spoken(await fetched(`/ledger/consistency?old_size=${size}&new_size=${held.size}`))).path;
    await checkConsistency({
      oldSize: size, oldRoot: root, newSize: held.size, newRoot: held.root,
      path: path.map(octets),
    });
    return { facts: { size: held.size }, shown: [digits(held.root)] };
  }],
];

const state = (icon, tone, sentence) => {
  const made = document.createElement("span");
  made.className = "state";
  Object.assign(made.dataset, { icon, tone });
  made.textContent = sentence;
  return made;
};

const show = (list, name, mark, sentence, shown = []) => {
  const row = document.createElement("li");
  row.dataset.step = name;
  row.dataset.tone = mark[1];
  row.append(state(...mark, say(`check.${name}`)), Object.assign(document.createElement("p"), { textContent: sentence }));
  for (const value of shown) {
    row.append(Object.assign(document.createElement("p"), { className: "code soft", textContent: value }));
  }
  list.append(row);
};

const light = (count) => {
  for (const drawn of document.querySelectorAll(".proof [data-step]")) {
    drawn.classList.toggle("climbed", Number(drawn.dataset.step) <= count);
  }
};

const run = async () => {
  const list = place.querySelector(".checks");
  const verdict = place.querySelector(".verdict");
  const button = place.querySelector("#run");
  list.replaceChildren();
  verdict.replaceChildren();
  light(-1);
  button.disabled = true;
  const known = {};
  let open = false;
  let failed = null;
  let silent = null;
  for (const [name, work] of steps) {
    try {
      const done = await work(known);
      if (done === null) continue;
      open ||= Boolean(done.open);
      const sentence = done.key ?? (done.open ? "ed25519" : `${name}-done`);
      show(list, name, done.open ? ["○", "wait"] : ["✓", "good"], say(`check.${sentence}`, done.facts), done.shown);
      if (done.climbed) light(known.receipt.path.length);
    } catch (error) {
      const reason = words[`ledger.check.why.${error.reason}`] ? error.reason : "unexpected";
      if (SILENCE.includes(reason)) silent = name;
      else failed = name;
      show(list, name, silent ? ["○", "wait"] : ["✕", "grave"], say(`check.why.${reason}`));
      if (!error.reason) console.error(error);
      break;
    }
  }
  if (failed) verdict.append(state("✕", "grave", say("check.fails", { step: say(`check.${failed}`) })));
  else if (silent) verdict.append(state("○", "wait", say("check.silent", { step: say(`check.${silent}`) })));
  else if (open) verdict.append(state("○", "wait", say("check.open")));
  else verdict.append(state("✓", "good", say("check.holds")));
  place.dataset.verdict = failed ? "fails" : silent || open ? "open" : "holds";
  button.disabled = false;
};

place.querySelector("#run").addEventListener("click", run);
place.querySelector("#run").hidden = false;
