"""The city's own RFC 3161 timestamp authority, in process.

It says that certain bytes existed at a moment of the clock that wiring gave it. The requester is pyHanko,
which asks through ``TimestampAuthority`` itself; ``answer`` speaks the protocol in DER for anybody else
(``openssl ts -verify`` accepts it). The legal weight of a city's own timestamp is that of the city; an
authority outside takes its place in PDFs (``signing.timestamps_http``).
"""

import secrets
from collections.abc import Callable
from datetime import UTC

from asn1crypto import cms, core, tsp
from pyhanko.sign.timestamps import TimeStamper

from evidence.clock import Clock
from evidence.keys import Signer
from signing.cms_envelope import ARC, signed_data
from signing.der_writing import element, identifier, integer, sequence, tagged
from signing.key_certificates import KeyRevoked
from signing.pki import Chain
from signing.timestamp_requests import TimestampRefused, read_request, rejection

POLICY = f"{ARC}.1"
_GRANTED = sequence(integer(0))
_GENERALIZED_TIME, _DIRECTORY_NAME = 0x18, 4
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

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Give pyHanko a token without a request: in one process nothing is mixed up, so it has no nonce."""
        imprint = {"hash_algorithm": {"algorithm": md_algorithm}, "hashed_message": message_digest}
        return cms.ContentInfo.load(self._token(tsp.MessageImprint(imprint)))

    def _respond(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        nonce, wanted = request["nonce"].native, request["cert_req"].native
        token = self._token(request["message_imprint"], nonce=nonce, certificates=wanted)
        return tsp.TimeStampResp.load(sequence(_GRANTED, token))

    def _token(
        self, imprint: tsp.MessageImprint, *, nonce: int | None = None, certificates: bool = True
    ) -> bytes:
        self._standing()
        return signed_data(
            self._body(imprint, nonce),
            content_type="tst_info",
            signer=self._signer,
            chain=self._chain,
            detached=False,
            certificates=certificates,
        )

    def _body(self, imprint: tsp.MessageImprint, nonce: int | None) -> bytes:
        """Give the TSTInfo (RFC 3161, section 2.4.2)."""
        now = self._clock.now().astimezone(UTC)
        return sequence(
            integer(1),
            identifier(POLICY),
            bytes(imprint.dump()),
            integer(int.from_bytes(secrets.token_bytes(SERIAL_BYTES))),
            element(_GENERALIZED_TIME, f"{now:%Y%m%d%H%M%S}Z".encode()),
            sequence(integer(1)),  # accurate to the second
            *(() if nonce is None else (_signed_integer(nonce),)),
            tagged(0, tagged(_DIRECTORY_NAME, self._chain[0].subject.public_bytes())),
        )


def _signed_integer(value: int) -> bytes:
    """A requester may choose a nonce below zero."""
    return bytes(core.Integer(value).dump())
