"""The city's own RFC 3161 timestamp authority, in process.

It says that certain bytes existed at a moment of the clock that wiring gave it. The requester is pyHanko,
which asks through ``TimestampAuthority`` itself; ``answer`` speaks the protocol in DER for anybody else
(``openssl ts -verify`` accepts it). The legal weight of a city's own timestamp is that of the city; an
authority outside takes its place in PDFs (``signing.timestamps_http``).
"""

import secrets
from collections.abc import Callable

from asn1crypto import tsp
from asn1crypto import x509 as asn1
from pyhanko.sign.timestamps import TimeStamper

from evidence.clock import Clock
from evidence.keys import Signer
from signing.asn1_signature import to_asn1
from signing.cms_envelope import ARC, signed_data
from signing.key_certificates import KeyRevoked
from signing.pki import Chain
from signing.timestamp_requests import TimestampRefused, read_request, rejection

POLICY = f"{ARC}.1"
SERIAL_BYTES = 16  # RFC 3161, 2.4.2 allows up to 160 bits


class TimestampAuthority(TimeStamper):
    """Answers timestamp requests with tokens signed by ``signer``, whose certificate begins ``chain``.

    ``standing`` is asked before each token and raises where the key may not sign any more.
    """

    def __init__(
        self, *, signer: Signer, chain: Chain, clock: Clock, standing: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]  # typed in part
        self._signer = signer
        self._chain = chain
        self._clock = clock
        self._standing = standing

    def answer(self, request: bytes) -> bytes:
        """Answer a DER TimeStampReq with a DER TimeStampResp, a rejection where it asks for what is not done.

        Source: RFC 3161, section 2.4.
        """
        try:
            return bytes(self._respond(read_request(request, policy=POLICY)).dump())
        except TimestampRefused as refusal:
            return rejection(refusal, refusal.failure)
        except KeyRevoked as refusal:
            return rejection(refusal, "system_failure")

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer pyHanko's request at once: the authority is in this very process."""
        return self._respond(req)

    def _respond(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        self._standing()
        token = signed_data(
            self._token_body(request),
            content_type="tst_info",
            signer=self._signer,
            chain=self._chain,
            attributes=[],
            detached=False,
            certificates=request["cert_req"].native,
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
            "tsa": asn1.GeneralName(name="directory_name", value=to_asn1(self._chain[0]).subject),
        }
        if request["nonce"].native is not None:
            body["nonce"] = request["nonce"]
        return bytes(tsp.TSTInfo(body).dump())
