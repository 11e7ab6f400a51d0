"""The city's own RFC 3161 timestamp authority, in process.

It says that certain bytes existed at a moment of the clock that wiring gave it. The requester is pyHanko, which
asks through ``TimestampAuthority`` itself; ``answer`` speaks the protocol in DER for anybody else
(``openssl ts -verify`` accepts it). The legal weight of a city's own timestamp is that of the city; a qualified
authority takes its place behind the same pyHanko interface.
"""

import secrets

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper

from evidence.clock import Clock
from evidence.digest import sha256
from evidence.keys import Signer
from signing.asn1_signature import sign_asn1, signature_algorithm, to_asn1
from signing.pki import Chain

POLICY = "2.25.268273910187105317862386372213098415093"  # ours, from a random UUID (X.667)
SERIAL_BYTES = 16  # RFC 3161, 2.4.2 allows up to 160 bits


class TimestampAuthority(TimeStamper):  # type: ignore[misc]  # pyHanko ships no types here
    """Answers timestamp requests with tokens signed by ``signer``, whose certificate begins ``chain``."""

    def __init__(self, *, signer: Signer, chain: Chain, clock: Clock) -> None:
        super().__init__(include_nonce=True)
        self._signer = signer
        self._certificates = [to_asn1(certificate) for certificate in chain]
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Answer a DER TimeStampReq with a DER TimeStampResp (RFC 3161, 2.4)."""
        return bytes(self._respond(tsp.TimeStampReq.load(request)).dump())

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer pyHanko's request at once: the authority is in this very process."""
        return self._respond(req)

    def _respond(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        token = cms.ContentInfo(
            {"content_type": "signed_data", "content": self._signed_data(self._token_body(request))}
        )
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _token_body(self, request: tsp.TimeStampReq) -> bytes:
        body = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": int.from_bytes(secrets.token_bytes(SERIAL_BYTES)),
            "gen_time": self._clock.now().replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "tsa": asn1.GeneralName(name="directory_name", value=self._certificates[0].subject),
        }
        if request["nonce"].native is not None:
            body["nonce"] = request["nonce"]
        return bytes(tsp.TSTInfo(body).dump())

    def _signed_data(self, body: bytes) -> cms.SignedData:
        own = self._certificates[0]
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(own)),
                simple_cms_attribute("message_digest", sha256(body).value),
            ]
        )
        digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": {
                    "issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}
                },
                "digest_algorithm": digest_algorithm,
                "signature_algorithm": signature_algorithm(self._signer.key.algorithm),
                "signed_attrs": attributes,
                "signature": sign_asn1(self._signer, attributes.dump()),
            }
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [digest_algorithm],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(body),
                },
                "certificates": self._certificates,
                "signer_infos": [signer],
            }
        )
