// The device key of a person, asked through the browser (WebAuthn): make one, or let one confirm a challenge.
//
// Bytes travel in base64url, as the server's doors write and read them.

const MINUTE = 60;

/** Why the device key did not answer: `reason` is the end of a word's key, as in scan.device_denied. */
export class DeviceRefused extends Error {
  constructor(reason, facts = {}) {
    super(reason);
    this.reason = reason;
    this.facts = facts;
  }
}

const REASONS = {
  NotAllowedError: "denied",
  AbortError: "stopped",
  SecurityError: "site",
  InvalidStateError: "known",
  NotSupportedError: "kind",
  ConstraintError: "kind",
};

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

const toText = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const keys = (credentials) => credentials.map((id) => ({ type: "public-key", id: toBytes(id) }));

const ask = async (how, options, host) => {
  if (!window.PublicKeyCredential || !navigator.credentials) throw new DeviceRefused("absent");
  try {
    return await navigator.credentials[how](options);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new DeviceRefused(REASONS[error.name] ?? "denied", { host });
  }
};

/** Let one of the allowed keys sign the challenge; gives the JSON that goes beside the clip. */
export const confirmByDevice = async ({ rp_id: host, challenge, allow }, { seconds, signal }) => {
  const publicKey = {
    challenge: toBytes(challenge),
    rpId: host,
    allowCredentials: keys(allow),
    userVerification: "required",
    timeout: seconds * 1000,
  };
  const { rawId, response } = await ask("get", { publicKey, signal }, host);
  return JSON.stringify({
    id: toText(rawId),
    clientDataJSON: toText(response.clientDataJSON),
    authenticatorData: toText(response.authenticatorData),
    signature: toText(response.signature),
    userHandle: response.userHandle?.byteLength ? toText(response.userHandle) : null,
  });
};

/** Let this device, or one that it reaches, make a key; gives what the server is to keep. */
export const makeKey = async (asked) => {
  const publicKey = {
    rp: { id: asked.rp_id, name: asked.rp_name },
    user: { id: toBytes(asked.user), name: asked.user_name, displayName: asked.user_name },
    challenge: toBytes(asked.challenge),
    pubKeyCredParams: [{ type: "public-key", alg: -7 }], // ES256
    excludeCredentials: keys(asked.exclude),
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
    attestation: "none",
    timeout: 5 * MINUTE * 1000,
  };
  const { response } = await ask("create", { publicKey }, asked.rp_id);
  return { client_data: toText(response.clientDataJSON), attestation: toText(response.attestationObject) };
};
