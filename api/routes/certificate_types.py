"""Types of certificates: those that are issued here, and those that the agency describes and registers."""

import base64
from typing import Annotated

from fastapi import APIRouter, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel

from api.acting import agency_of
from api.idempotency import Once, OnceRoute
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.documents import file
from evidence.certificate_types import CertificateType
from evidence.digest import sha256
from evidence.errors import Invalid
from evidence.type_description import MOST_BYTES, canonical_description
from signing.registered_types import issuable_types, registered_types, source_of, type_named
from signing.type_registration import check_type, register_type
from signing.type_trial import try_type

router = APIRouter(prefix="/api/certificate-types", route_class=OnceRoute)

AsAgency = Annotated[Visitor, allow(Role.AGENCY)]


class DescriptionMissing(Invalid):
    """No file was chosen."""

    code = "certificate-type-missing"
    zh = "还没有选择类型说明文件，或文件是空的；请选择 TOML 文件后再提交。"
    en = "No description was chosen, or it is empty; choose the TOML file of the type."


class TypeListed(BaseModel):
    """A type by the name that certificates bear; ``registered`` where this agency described it."""

    name: str
    zh: str
    en: str
    registered: bool


class TypePreview(BaseModel):
    """What would be registered: its name, the SHA-256 of its canonical form, and a sample.

    ``qr_version`` is that of a code whose fields have 20 characters each, ``page`` a picture as an address.
    """

    name: str
    zh: str
    en: str
    digest: str
    known: bool
    qr_bits: int
    qr_most_bits: int
    qr_version: int
    qr_most_version: int
    page: str


class TypeRegistered(BaseModel):
    """A version as it stands in the log: its name, and the digest of its statement."""

    name: str
    statement: str
    next: str


@router.get("")
def every(visitor: AsAgency, house: InHouse) -> list[TypeListed]:
    """List the types that new certificates are issued by."""
    agency_of(visitor, house)
    with house.database.transaction() as session:
        return [
            TypeListed(name=each.code, zh=each.zh, en=each.en, registered=each.code != each.kin)
            for each in issuable_types(session)
        ]


@router.post("/previews")
def preview(visitor: AsAgency, house: InHouse, description: UploadFile | None = None) -> TypePreview:
    """Check a description, and show what its certificates will look like; nothing is registered."""
    agency = agency_of(visitor, house)
    content = _content(description)
    with house.database.transaction() as session:
        type_ = check_type(session, content, agency=agency)
        known = type_.code in [each.type.code for each in registered_types(session)]
    trial = try_type(type_, press=house.press)
    picture = base64.b64encode(house.pages.page_image(trial.page, 1)).decode()
    return TypePreview(
        name=type_.code,
        zh=type_.zh,
        en=type_.en,
        digest=_digest(type_),
        known=known,
        qr_bits=trial.bits,
        qr_most_bits=trial.most_bits,
        qr_version=trial.version,
        qr_most_version=trial.most_version,
        page=f"data:image/png;base64,{picture}",
    )


@router.post("", status_code=201)
def register(
    visitor: AsAgency, house: InHouse, once: Once, description: UploadFile | None = None
) -> TypeRegistered:
    """Register a type, or the next version of one; the same description again is the version that stands."""
    agency = agency_of(visitor, house)
    content = _content(description)
    with house.database.transaction() as session:
        type_ = check_type(session, content, agency=agency)
    try_type(type_, press=house.press)
    with house.database.transaction() as session:
        found = register_type(session, content, agency=agency, clock=house.clock)
        answer = TypeRegistered(
            name=found.type.code, statement=found.statement.hex(), next="/certificate-types"
        )
        return once.keep(session, answer)


@router.get("/{type_code}/description.toml")
def description_of(type_code: str, visitor: AsAgency, house: InHouse) -> Response:
    """Give the description of a type as it was sent, or as it ships: what a new one can begin from."""
    agency_of(visitor, house)
    with house.database.transaction() as session:
        type_ = type_named(session, type_code)
        source = source_of(session, type_)
    return file(source, media_type="application/toml", name=f"{type_.kin}.toml")


def _content(description: UploadFile | None) -> bytes:
    content = b"" if description is None else description.file.read(MOST_BYTES + 1)
    if not content.strip():
        raise DescriptionMissing
    return content


def _digest(type_: CertificateType) -> str:
    return str(sha256(canonical_description(type_)))
