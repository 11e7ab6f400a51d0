"""The catalogue of what is issued here, as a system that asks for certificates needs it.

Source: GB/T 36902, as far as public catalogues show it (docs/standards.md, section 2.1).
"""

from pydantic import BaseModel

from evidence.certificate_types import CertificateType
from evidence.identifiers import Uscc
from signing.certificate_types import type_code


class CatalogueField(BaseModel):
    """A field, its name in the metadata, and whether it names a natural person."""

    name: str
    metadata: str
    zh: str
    en: str
    required: bool
    person: bool


class CatalogueState(BaseModel):
    """A state, and what the type's own register calls it; the code is empty where none is known."""

    state: str
    code: str
    zh: str
    en: str


class CatalogueType(BaseModel):
    """A type; ``confirmed`` says that its type code was read in an official text."""

    type: str
    type_code: str
    confirmed: bool
    zh: str
    en: str
    holder: str
    fields: list[CatalogueField]
    states: list[CatalogueState]


class Catalogue(BaseModel):
    """All types that the agency issues."""

    issuer: str
    issuer_name: str
    types: list[CatalogueType]


def listed(type_: CertificateType, agency: Uscc) -> CatalogueType:
    """Return a type as the catalogue lists it."""
    return CatalogueType(
        type=type_.code,
        type_code=type_code(type_, agency),
        confirmed=type_.confirmed,
        zh=type_.zh,
        en=type_.en,
        holder=type_.holder.kind,
        fields=[
            CatalogueField(
                name=field.name,
                metadata=field.metadata,
                zh=field.zh,
                en=field.en,
                required=field.required,
                person=field.person,
            )
            for field in type_.fields
        ],
        states=[
            CatalogueState(state=state, code=words.code, zh=words.words.zh, en=words.words.en)
            for state, words in type_.states.items()
        ],
    )
