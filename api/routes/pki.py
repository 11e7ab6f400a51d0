"""The city's certificates and timestamps for programs of others: bytes as the standards have them."""

from base64 import b64decode
from typing import Annotated

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.house import House
from api.national import NationalOff
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.tiles import OTHER_SITES
from signing.key_certificates import revocations
from signing.ocsp import OcspResponder
from signing.pki import SERVED_LIFE


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]
"""What was posted, at most the doorkeeper's limit of 64 kB."""

CERTIFICATE, REVOCATION_LIST = "application/pkix-cert", "application/pkix-crl"  # RFC 2585, 4
OCSP = "application/ocsp-response"  # RFC 6960, C.1
KEPT_AN_HOUR = {"Cache-Control": "public, max-age=3600", **OTHER_SITES}
KEPT_SHORTLY = {"Cache-Control": "public, max-age=300", **OTHER_SITES}
"""Five minutes: how long a cache on the way may hide a revocation."""

Anyone = Annotated[Visitor, allow(Role.ANYONE)]

router = APIRouter(prefix="/pki")


@router.get("/root.cer")
def root_certificate(house: InHouse, _: Anyone) -> Response:
    """Give the root's certificate, DER; who trusts it compares its fingerprint by another way."""
    content = house.keyring.authority.root.public_bytes(Encoding.DER)
    return Response(content, media_type=CERTIFICATE, headers=KEPT_AN_HOUR)


@router.get("/issuing.cer")
def issuing_certificate(house: InHouse, _: Anyone) -> Response:
    """Give the issuing authority's certificate, DER."""
    content = house.keyring.authority.issuing.public_bytes(Encoding.DER)
    return Response(content, media_type=CERTIFICATE, headers=KEPT_AN_HOUR)


@router.get("/sm2-root.cer")
def national_root(house: InHouse, _: Anyone) -> Response:
    """Give the SM2 root's certificate, DER, where national cryptography is in use."""
    if house.keyring.national is None:
        raise NationalOff
    content = house.keyring.national.root.public_bytes(Encoding.DER)
    return Response(content, media_type=CERTIFICATE, headers=KEPT_AN_HOUR)


@router.get("/root.crl")
def root_list(house: InHouse, _: Anyone) -> Response:
    """Give the root's revocation list, DER."""
    return Response(_lists(house)[0], media_type=REVOCATION_LIST, headers=KEPT_SHORTLY)


@router.get("/issuing.crl")
def issuing_list(house: InHouse, _: Anyone) -> Response:
    """Give the issuing authority's revocation list, DER."""
    return Response(_lists(house)[1], media_type=REVOCATION_LIST, headers=KEPT_SHORTLY)


def _lists(house: House) -> tuple[bytes, bytes]:
    with house.database.transaction() as session:
        revoked = revocations(session)
    return house.keyring.authority.revocation_lists(at=house.clock.now(), revoked=revoked, life=SERVED_LIFE)


@router.post("/ocsp")
def ocsp_posted(body: Body, house: InHouse, _: Anyone) -> Response:
    """Answer an OCSP request (RFC 6960, A.1)."""
    return Response(_status(house, body), media_type=OCSP)


@router.get("/ocsp/{request:path}")
def ocsp_asked(request: str, house: InHouse, _: Anyone) -> Response:
    """Answer an OCSP request in base64, which may hold slashes (RFC 6960, A.1)."""
    try:
        asked = b64decode(request, validate=True)
    except ValueError:  # its answer is that of any other bytes that are no request
        asked = b""
    return Response(_status(house, asked), media_type=OCSP, headers=KEPT_SHORTLY)


def _status(house: House, request: bytes) -> bytes:
    responder = OcspResponder(keystore=house.keyring.keystore, clock=house.clock)
    with house.database.transaction() as session:
        return responder.answer(session, request)


@router.post("/timestamp")
def timestamp(body: Body, house: InHouse, _: Anyone) -> Response:
    """Answer an RFC 3161 request (section 3.4); a rejection is an answer with 200 too."""
    return Response(house.timestamps.answer(body), media_type="application/timestamp-reply")
