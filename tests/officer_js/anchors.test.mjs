// What a network answers with replaces what the device keeps where the issuer signed it, and else leaves it as it is.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import { AnsweredOtherwise, fetched } from "./officer/anchors.js";

const TRUST = "/trust.json", NOTHING = new Response(null, { status: 404 });
const kept = new Map();
let answers = new Map();

globalThis.caches = { open: async () => ({ match: async (path) => kept.get(path)?.clone(), put: async (path, answer) => kept.set(path, answer) }) };
globalThis.fetch = async (path) => (answers.get(path) ?? NOTHING).clone();

/** Have the network answer with the trust file and the list of a case, and with its first issuer alone. */
async function answerWith(folder) {
  const trust = JSON.parse(await readFile(`${folder}/trust.json`, "utf8"));
  trust.issuers = trust.issuers.slice(0, 1);
  const list = await readFile(`${folder}/status-list.cose`);
  answers = new Map([
    [TRUST, new Response(JSON.stringify(trust))],
    [`/api/issuers/${trust.issuers[0].issuer}/status-list`, new Response(list)],
  ]);
}

beforeEach(() => kept.clear());

test("lists that their issuers signed are kept", async () => {
  await answerWith("genuine");
  await fetched();
  assert.deepEqual([...kept.keys()].sort(), [...answers.keys()].sort());
});

for (const folder of ["stranger", "change-by-stranger"]) {
  test(`nothing of a ${folder} is kept`, async () => {
    await answerWith(folder);
    await assert.rejects(fetched(), AnsweredOtherwise);
    assert.equal(kept.size, 0);
  });
}
