// How often the JavaScript verifier verifies a second, for Node.js and for the browser alike.

/**
 * Rates by name: `files` are the files of the cases qr-in-force and certificate-in-force by case, `verifier` the modules
 * verify.js and evidence.js, `jws` a token with the SubjectPublicKeyInfo that signed it.
 */
export async function rates({ files, jws, milliseconds }, verifier) {
  const { parseTrust, verifyQr, verifyEvidence } = verifier;
  const code = files["qr-in-force"], bundle = files["certificate-in-force"];
  const text = new TextDecoder().decode(code["code.txt"]);
  const statusList = code["status-list.cose"];
  const asOf = (of) => new Date(JSON.parse(new TextDecoder().decode(of["case.json"])).as_of);
  const trust = await parseTrust(code["trust.json"]);
  const pinned = await parseTrust(bundle["trust.json"]);
  const key = await crypto.subtle.importKey("spki", jws.spki, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  return {
    code: await rate(() => verifyQr(text, trust, { asOf: asOf(code), statusList }), isInForce, milliseconds),
    bundle: await rate(
      () => verifyEvidence(bundle["evidence.bundle"], pinned, { asOf: asOf(bundle) }),
      isInForce,
      milliseconds,
    ),
    jws: await rate(() => verifyJws(jws.token, key), (holds) => holds, milliseconds),
  };
}

const isInForce = (report) => report.conclusion === "TOTAL-PASSED" && report.answer === "IN_FORCE";

/** A plain JWS (RFC 7515) by ES256: header and payload read as JSON, and the signature. */
async function verifyJws(token, key) {
  const [header, payload, signature] = token.split(".");
  const octets = (part) => Uint8Array.from(atob(part.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const json = (part) => JSON.parse(new TextDecoder().decode(octets(part)));
  if (json(header).alg !== "ES256" || !json(payload)) return false;
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, octets(signature), signed);
}

async function rate(work, holds, milliseconds) {
  if (!holds(await work())) throw new Error("what is measured does not hold");
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < milliseconds) {
    await work();
    count += 1;
  }
  return (count * 1000) / (performance.now() - began);
}
