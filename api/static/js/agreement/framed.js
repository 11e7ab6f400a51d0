// A signing page in a frame tells the page around it, at its registered origin alone, what became of it: ready, signed,
// declined, or expired with the code of the refusal that it shows.
//
// addEventListener("message", ({ origin, data }) => …)   // data: {type: "yinxin.signing", event, agreement, slot, code}

const { origin, path, agreement, slot, event, code, seconds } = document.getElementById("framed").dataset;

parent.postMessage({ type: "yinxin.signing", event, agreement, slot, code }, origin);

const scanning = () => ["opening", "device", "running"].includes(document.getElementById("scan")?.dataset.phase);

// Who comes back from another page of ours may have declined there, or signed.
const look = async () => {
  if (document.hidden || scanning()) return;
  const answer = await fetch(`${path}/state`, { headers: { accept: "application/json" } }).catch(() => null);
  if (answer && (!answer.ok || (await answer.json()).event !== event)) location.reload();
};

if (event === "ready") {
  document.addEventListener("visibilitychange", look);
  setTimeout(() => location.reload(), (Number(seconds) + 1) * 1000); // the server says then that it is over
}
