// How often OpenAttestation verifies a document a second: a permit wrapped and signed by its own functions.
//
// The issuer's DID document is answered from memory, as a pinned key is, so that no network is asked: integrity, the
// issuer's signature and identity are checked, and no revocation is, because the document names no place to ask.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { wrapDocument, signDocument, SUPPORTED_SIGNING_ALGORITHM } = require("@govtechsg/open-attestation");
const verifiers = require("@govtechsg/oa-verify");
const { Wallet } = require("ethers");

const [milliseconds, told] = [Number(process.argv[2]), JSON.parse(process.argv[3])];
const wallet = Wallet.createRandom();
const id = `did:ethr:${wallet.address}`;
const key = `${id}#controller`;
const identityProof = { type: "DID", location: "permits.example", key };
const document = {
  $template: { name: "main", type: "EMBEDDED_RENDERER", url: "https://permits.example" },
  issuers: [{ id, name: told.issuer, revocation: { type: "NONE" }, identityProof }],
  ...told.fields,
};
const signed = await signDocument(wrapDocument(document), SUPPORTED_SIGNING_ALGORITHM.Secp256k1VerificationKey2018, {
  public: key,
  private: wallet.privateKey,
});
const verificationMethod = [
  { id: key, type: "EcdsaSecp256k1RecoveryMethod2020", controller: id, blockchainAccountId: `eip155:1:${wallet.address}` },
];
const resolved = { didDocument: { id, verificationMethod }, didResolutionMetadata: {}, didDocumentMetadata: {} };
const checks = [
  verifiers.openAttestationHash,
  verifiers.openAttestationDidSignedDocumentStatus,
  verifiers.openAttestationDidIdentityProof,
];
const verify = verifiers.verificationBuilder(checks, { resolver: { resolve: async () => resolved }, provider: null });

const good = async (subject) => verifiers.isValid(await verify(subject));
if (!(await good(signed))) throw new Error("its own document does not verify");
const altered = structuredClone(signed);
altered.data.number = altered.data.number.replace(/.$/, "9");
if (await good(altered)) throw new Error("an altered document verifies");

const began = performance.now();
let count = 0;
while (performance.now() - began < milliseconds) {
  await verify(signed);
  count += 1;
}
console.log(JSON.stringify({ rate: (count * 1000) / (performance.now() - began) }));
