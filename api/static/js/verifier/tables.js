// Written by `python -m verify.browser_tables`; a test compares the two.
export const METHODS = {
  "face": "approval-binds",
  "face+passkey": "approval-binds-device",
  "passkey+code+officer": "approval-binds-officer",
  "code+officer-at-counter": "approval-binds-counter",
};
export const RECOGNISED = {
  "face": "method-face",
  "face+passkey": "method-device",
  "passkey+code+officer": "method-officer",
  "code+officer-at-counter": "method-counter",
};
export const CHANGED_TO = {
  "abolished": "abolished",
  "annulled": "annulled",
  "cancelled": "cancelled",
  "lapsed": "lapsed",
  "reinstated": "in-force",
  "revoked": "revoked",
  "superseded": "superseded",
  "suspended": "suspended",
  "withdrawn": "withdrawn",
};
export const REFERENCES = {
  "consent": ["consent"],
  "enrollment": ["consent", "registers"],
  "passkey": ["approval", "passkey"],
  "authorization": ["approval", "registers"],
  "authorization-change": ["authorization"],
  "key": ["held"],
  "seal": ["held", "previous", "approval"],
  "signature": ["approval", "delegations", "authorization", "use", "registers"],
  "agreement": ["signatures", "completed", "declined", "consents"],
  "certificate": ["refs"],
  "certificate-change": ["certificate", "previous"],
  "certificate-copy": ["certificate", "made"],
};
export const LATER = {
  "authorization": ["authorization-change", "authorization"],
  "agreement": ["agreement", "completed"],
  "certificate": ["certificate-change", "certificate"],
};
export const PARTS = {
  "agreement": ["signature", "signatures"],
};
export const WRITTEN = {
  "signature": ["approval", "texts"],
};
export const DESCRIBED = {
  "holder": ["organization", "person"],
  "basis": ["agreement", "none"],
  "face": ["two-leaf", "plaque", "sheet"],
  "validity": ["chosen", "years", "open"],
  "state": ["in-force", "suspended", "revoked", "withdrawn", "annulled", "cancelled", "lapsed", "abolished", "superseded"],
};
export const ENDINGS = ["abolished", "annulled", "cancelled", "ended", "lapsed", "revoked", "superseded", "withdrawn"];
