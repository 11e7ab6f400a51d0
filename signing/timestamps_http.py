"""A timestamp authority outside, asked over HTTPS (RFC 3161, 3.4) for the timestamps in PDFs.

A token counts only when it is for our digest and nonce and its certificate leads to a pinned root; pyHanko
itself would take any. An answer is bounded in time and size, and no redirect is followed. Plain HTTP goes to
this machine alone. Revocation lists of an authority outside are not fetched, so none are put into a PDF.

    timestamps = HttpTimestamps("https://tsa.example/", roots=roots, clock=clock)
"""

from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.path import ValidationPath

from evidence.clock import Clock
from evidence.errors import Refused, Unavailable
from ledger import deadline
from signing.asn1_signature import UNREADABLE, to_asn1
from signing.timestamp_requests import TimestampResponse

DEADLINE_SECONDS = 10.0  # for a whole answer
LARGEST_ANSWER = 64 * 1024  # bytes; pyHanko reserves room for a token in the PDF, so it must stay small
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class TimestampAddressMalformed(Refused):
    """The address of a timestamp authority is none; it is not repeated, because it may hold a password."""

    code = "timestamp-address-malformed"
    zh = "YINXIN_TIMESTAMP_URL 的写法不对，应为 https://主机/路径；请改正后重新启动。"
    en = "YINXIN_TIMESTAMP_URL is malformed; write https://host/path and start again."


class TimestampSilent(Unavailable):
    """The timestamp authority does not answer, or refuses to stamp."""

    code = "timestamp-silent"
    zh = "时间戳机构暂时没有应答或拒绝签发，签名均已保存；请稍后重试，仍不成功请告知系统管理员。"
    en = "The timestamp authority does not answer or stamp now; what was signed is kept, try again later."


class TimestampNotGenuine(Unavailable):
    """What came is no token of the pinned authority for what was asked."""

    code = "timestamp-not-genuine"
    zh = "时间戳机构的答复不可采信，未予采用；请稍后重试，仍不成功请告知系统管理员核对其根证书。"
    en = "The timestamp authority's answer cannot be believed; try again, or have its pinned root checked."


class HttpTimestamps(TimeStamper):
    """Asks the authority at ``address``, whose certificates lead to one of ``roots``."""

    def __init__(self, address: str, *, roots: Sequence[x509.Certificate], clock: Clock) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]  # typed in part
        _check_address(address)
        self._address = address
        self._roots = [to_asn1(each) for each in roots]
        self._clock = clock
        self._client = deadline.client(time_out=DEADLINE_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a token over ``message_digest``, 32 bytes for ``sha256``, checked against the pinned roots.

        Raises:
            TimestampSilent: there is no answer, or a rejection.
            TimestampNotGenuine: the answer is no such token.
        """
        nonce, request = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        answer = self._posted(request.dump())
        try:
            response = TimestampResponse.load(answer, strict=True)
            if response["status"]["status"].native not in ("granted", "granted_with_mods"):
                raise TimestampSilent
            token: cms.ContentInfo = response["time_stamp_token"]
            await self._check(token, message_digest, md_algorithm, nonce)
        except (*UNREADABLE, SignatureValidationError):
            raise TimestampNotGenuine from None
        return token

    async def _check(
        self, token: cms.ContentInfo, message_digest: bytes, md_algorithm: str, nonce: int
    ) -> None:
        stated = token["content"]["encap_content_info"]["content"].parsed
        imprint = stated["message_imprint"]["hash_algorithm"]["algorithm"].native
        found = await validate_tst_signed_data(
            token["content"], self._trust(), expected_tst_imprint=lambda _: message_digest
        )
        status = TimestampSignatureStatus(**found)
        if imprint != md_algorithm or stated["nonce"].native != nonce or not status.trusted:
            raise TimestampNotGenuine

    async def validation_paths(self, validation_context: ValidationContext) -> AsyncIterator[ValidationPath]:
        """Give the authority's own paths, found from its pinned roots and not from the house's."""
        del validation_context
        async for path in super().validation_paths(self._trust()):  # type: ignore[no-untyped-call]
            yield path

    def _trust(self) -> ValidationContext:
        return ValidationContext(
            trust_roots=self._roots,
            allow_fetching=False,
            revocation_mode="soft-fail",
            moment=self._clock.now(),
        )

    def _posted(self, request: bytes) -> bytes:
        headers = {"Content-Type": QUERY, "Accept": REPLY, "Accept-Encoding": "identity"}
        content = bytearray()
        try:
            with (
                deadline.within(DEADLINE_SECONDS),
                self._client.stream("POST", self._address, headers=headers, content=request) as answer,
            ):
                if answer.status_code != HTTPStatus.OK:
                    raise TimestampSilent
                for part in answer.iter_raw():
                    content += part
                    if len(content) > LARGEST_ANSWER:
                        raise TimestampNotGenuine
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TimestampSilent from error
        return bytes(content)


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        _ = (parts.port, httpx.URL(address))
    except (ValueError, httpx.InvalidURL):
        raise TimestampAddressMalformed from None
    private = parts.scheme == "http" and parts.hostname in _HERE
    if not parts.hostname or not (parts.scheme == "https" or private):
        raise TimestampAddressMalformed
