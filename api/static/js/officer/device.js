// What this device keeps of visits, in IndexedDB: visits, findings and photographs, each by its id.
//
//   await put("findings", finding); await all("findings"); await change("findings", id, (kept) => (kept.note = "…"));
//   await remove("photographs", id); await wipe();

const NAME = "yinxin-officer", VERSION = 1;
const STORES = ["visits", "findings", "photographs"];
let opening = null;

function database() {
  opening ??= new Promise((done, fail) => {
    if (!globalThis.indexedDB) return void fail(new DOMException("", "NotSupportedError"));
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => STORES.forEach((store) => asked.result.createObjectStore(store, { keyPath: "id" }));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  return opening;
}

async function work(stores, mode, act) {
  const transaction = (await database()).transaction(stores, mode);
  const asked = act(transaction);
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done(asked?.result);
    transaction.onabort = transaction.onerror = () => fail(transaction.error ?? new DOMException("", "AbortError"));
  });
}

export const all = (store) => work(store, "readonly", (each) => each.objectStore(store).getAll());
export const get = (store, id) => work(store, "readonly", (each) => each.objectStore(store).get(id));
export const put = (store, value) => work(store, "readwrite", (each) => each.objectStore(store).put(value));

/** Change what is kept under `id` by `edit`, which writes into it, in one transaction; what is not kept any more stays
 * away. Gives it as it is now; undefined where there is nothing. */
export const change = (store, id, edit) => work(store, "readwrite", (each) => {
  const kept = each.objectStore(store), asked = kept.get(id);
  asked.onsuccess = () => asked.result && (edit(asked.result), kept.put(asked.result));
  return asked;
});
export const remove = (store, id) => work(store, "readwrite", (each) => each.objectStore(store).delete(id));

/** Forget everything. */
export const wipe = () => work(STORES, "readwrite", (each) => void STORES.forEach((store) => each.objectStore(store).clear()));
