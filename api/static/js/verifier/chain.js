// What a node of the chain says of the log, asked by JSON-RPC: its head, and the growth that a transaction made.
//
// An event counts only when the log contract itself emitted it, in a block that the chain still holds.

const HEAD = "0x8f7dcfa3"; // head()
const GROWTHS = [
  "0x8b23a56f1a26ac8aafcf506355ae448ba68d24f4bfce4924bd4ac1fb6e4bc565", // Appended(uint64,uint64,bytes32)
  "0x8a543f55b652fe58e78bc4d2ac079e0759ae4c84c8166b5a2c9adde82875c862", // Extended(uint64,uint64,bytes32)
];
const WORD = 64; // hexadecimal digits
const TIME_OUT_MS = 10000;

/** What the chain says is not what the receipt says, or the node did not answer; `reason` names it. */
export class ChainDiffers extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The node at `address`: call it with a method and its parameters. */
export function node(address) {
  return async (method, params = []) => {
    let answer;
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        credentials: "omit",
        signal: AbortSignal.timeout(TIME_OUT_MS),
      });
      answer = await response.json();
    } catch {
      throw new ChainDiffers("node-silent");
    }
    if (answer?.error || answer?.result === undefined) throw new ChainDiffers("node-refused");
    return answer.result;
  };
}

/** Check that the node is on chain `chainId`. */
export async function checkChain(ask, chainId) {
  if (number(await ask("eth_chainId")) !== BigInt(chainId)) throw new ChainDiffers("chain-other");
}

/**
 * Check that the anchor's transaction grew the log to `size` entries with `root`: `{blockNumber, depth}`, where the
 * depth counts the blocks from its own to the newest.
 */
export async function checkGrowth(ask, anchor, { size, root }) {
  const mined = await ask("eth_getTransactionReceipt", [hex(anchor.transaction)]);
  if (mined === null) throw new ChainDiffers("transaction-unknown");
  if (mined.status !== "0x1") throw new ChainDiffers("transaction-reverted");
  const block = await ask("eth_getBlockByNumber", [mined.blockNumber, false]);
  if (same(mined.blockHash, hex(anchor.blockHash)) && same(block?.hash ?? "", hex(anchor.blockHash))) {
    const contract = hex(anchor.contract);
    const told = (mined.logs ?? []).find((log) => same(log.address, contract) && GROWTHS.includes(log.topics?.[0]));
    if (!told) throw new ChainDiffers("growth-missing");
    const [grown, held] = words(told.data, 2);
    if (BigInt(`0x${grown}`) !== size || `0x${held}` !== hex(root)) throw new ChainDiffers("growth-other");
    const depth = number(await ask("eth_blockNumber")) - number(mined.blockNumber) + 1n;
    return { blockNumber: number(mined.blockNumber), depth };
  }
  throw new ChainDiffers("block-other");
}

/** The head that the log contract holds now: `{size, root}`. */
export async function head(ask, contract) {
  const [size, root] = words(await ask("eth_call", [{ to: hex(contract), data: HEAD }, "latest"]), 3);
  return { size: BigInt(`0x${size}`), root: Uint8Array.from(root.match(/../g), (byte) => parseInt(byte, 16)) };
}

/** 0x and lower-case digits. */
export const hex = (bytes) => `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;

const same = (one, other) => String(one).toLowerCase() === other;

function number(quantity) {
  if (!/^0x[0-9a-f]{1,16}$/i.test(quantity)) throw new ChainDiffers("node-refused");
  return BigInt(quantity);
}

function words(data, count) {
  if (!new RegExp(`^0x[0-9a-f]{${WORD * count}}$`, "i").test(data)) throw new ChainDiffers("contract-missing");
  return data.slice(2).toLowerCase().match(/.{64}/g);
}
