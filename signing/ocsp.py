"""The OCSP responder of the issuing authority: what stands about a certificate right now (RFC 6960).

It answers by a key of its own, which the issuing authority delegated (4.2.2.2). A certificate that the
register lacks, or of another issuer, is ``unknown``; every certificate asked for gets its answer, a nonce
comes back. The key store gives no key away, so the answer is put together here and signed through a handle.

    answer = responder.answer(session, request)
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import core, ocsp
from sqlalchemy.orm import Session

from evidence.clock import Clock
from signing.asn1_signature import UNREADABLE, sign_asn1, signature_algorithm, to_asn1
from signing.key_certificates import check_standing, find_certificate, reason_flag, revocation_of
from signing.keystore import KeyHandle, KeyStore
from signing.pki import ISSUING_HANDLE

RESPONDER_HANDLE = KeyHandle("ocsp")
LONGEST_REQUEST = 4096  # bytes
MOST_CERTIFICATES = 16  # asked for in one request
LONGEST_NONCE = 32  # bytes (RFC 8954, 2.1)
ANSWER_LIFE = timedelta(hours=1)
_HASHES = ("sha1", "sha256", "sha384", "sha512")
"""By which a request may name the issuer; this protects nothing, so SHA-1 serves (RFC 5019, 2.1.1)."""


class _Malformed(Exception):  # noqa: N818  named by the reason; it never leaves this room
    """The request is none."""


@dataclass(frozen=True, kw_only=True)
class OcspResponder:
    """Answers with the key of ``RESPONDER_HANDLE`` in ``keystore``."""

    keystore: KeyStore
    clock: Clock

    def answer(self, session: Session, request: bytes) -> bytes:
        """Answer a DER OCSPRequest with a DER OCSPResponse, ``malformedRequest`` where it is none.

        Raises:
            KeyRevoked: the responder's own certificate was revoked.
        """
        try:
            asked = _parsed(request)
        except (_Malformed, *UNREADABLE):
            return bytes(ocsp.OCSPResponse({"response_status": "malformed_request"}).dump())
        check_standing(session, RESPONDER_HANDLE)
        now = self.clock.now().replace(microsecond=0)
        responses = [self._single(session, each["req_cert"], now) for each in asked["request_list"]]
        return self._signed(responses, _nonce(asked), now)

    def _single(self, session: Session, asked: ocsp.CertId, now: datetime) -> ocsp.SingleResponse:
        return ocsp.SingleResponse(
            {
                "cert_id": asked,
                "cert_status": self._status(session, asked),
                "this_update": now,
                "next_update": now + ANSWER_LIFE,
            }
        )

    def _status(self, session: Session, asked: ocsp.CertId) -> ocsp.CertStatus:
        serial = asked["serial_number"].native
        row = find_certificate(session, f"{serial:x}") if serial > 0 and self._ours(asked) else None
        if row is None:
            return ocsp.CertStatus(name="unknown", value=ocsp.StatusUnknown())
        revocation = revocation_of(row)
        if revocation is None:
            return ocsp.CertStatus(name="good", value=ocsp.StatusGood())
        revoked = {
            "revocation_time": revocation.at.replace(microsecond=0),
            "revocation_reason": reason_flag(revocation.reason).name,
        }
        return ocsp.CertStatus(name="revoked", value=ocsp.RevokedInfo(revoked))

    def _ours(self, asked: ocsp.CertId) -> bool:
        """Whether the request names the issuing authority, by the hashes of its name and its key."""
        name = asked["hash_algorithm"]["algorithm"].native
        if name not in _HASHES:
            return False
        issuing = to_asn1(self.keystore.chain(ISSUING_HANDLE)[0])
        key = bytes(issuing.public_key["public_key"])
        named = (asked["issuer_name_hash"].native, asked["issuer_key_hash"].native)
        return named == (hashlib.new(name, issuing.subject.dump()).digest(), hashlib.new(name, key).digest())

    def _signed(self, responses: list[ocsp.SingleResponse], nonce: bytes | None, now: datetime) -> bytes:
        own = to_asn1(self.keystore.chain(RESPONDER_HANDLE)[0])
        signer = self.keystore.signer(RESPONDER_HANDLE)
        body = {
            "responder_id": ocsp.ResponderId(name="by_name", value=own.subject),
            "produced_at": now,
            "responses": responses,
        }
        if nonce is not None:
            body["response_extensions"] = [{"extn_id": "nonce", "extn_value": core.OctetString(nonce)}]
        data = ocsp.ResponseData(body)
        basic = ocsp.BasicOCSPResponse(
            {
                "tbs_response_data": data,
                "signature_algorithm": signature_algorithm(signer.key.algorithm),
                "signature": sign_asn1(signer, data.dump()),
                "certs": [own],
            }
        )
        answered = {"response_type": "basic_ocsp_response", "response": basic}
        return bytes(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": answered}).dump())


def _parsed(content: bytes) -> ocsp.TBSRequest:
    """Read a request strictly; raises _Malformed or what asn1crypto raises."""
    if len(content) > LONGEST_REQUEST:
        raise _Malformed
    request = ocsp.OCSPRequest.load(content, strict=True)
    _ = request.native  # reads every part: asn1crypto parses when it is asked
    asked = request["tbs_request"]
    if not 1 <= len(asked["request_list"]) <= MOST_CERTIFICATES:
        raise _Malformed
    _ = _nonce(asked)
    return asked


def _nonce(asked: ocsp.TBSRequest) -> bytes | None:
    if asked["request_extensions"].native is None:
        return None
    for each in asked["request_extensions"]:
        if each["extn_id"].native == "nonce":
            nonce = bytes(each["extn_value"].parsed.native)
            if not 1 <= len(nonce) <= LONGEST_NONCE:
                raise _Malformed
            return nonce
        if each["critical"].native:
            raise _Malformed
    return None
