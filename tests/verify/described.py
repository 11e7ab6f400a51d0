"""Codes of types that nobody ships: described in a trust file, or by nobody."""

from collections.abc import Iterator
from dataclasses import replace

from evidence.canonical import Value
from evidence.commitment import Disclosure, commit_fields
from evidence.statement import StatementType
from evidence.type_description import read_type
from tests.verify import city
from verify.trust import PinnedType, TrustAnchors

FISHING = read_type(
    """
code = "fishing-licence"
zh = "渔业捕捞许可证"
en = "Fishing licence"
holder = { kind = "organization", name = "boat" }
basis = "none"
face = "sheet"
grant = "准予捕捞。"
notes = []
field = [
  { name = "waters", zh = "作业场所", en = "Waters", metadata = "KZ_ZYCS", qr = true },
  { name = "number", zh = "船网工具指标", en = "Quota", metadata = "KZ_ZB" },
  { name = "boat", zh = "船名", en = "Boat", metadata = "KZ_CM", qr = true },
  { name = "constructor", zh = "建造厂", en = "Yard", metadata = "KZ_JZC", qr = true },
]
identifier = { local_sequence = "021" }
number = { form = "YB{year}{serial:4}", licence = "YB{year}{serial:4}" }
validity = { rule = "open" }
states = { in-force = { zh = "有效", en = "in force" } }
""".encode()
)
"""One field is called as a fact of every certificate is, one as JavaScript calls a thing."""


def anchors() -> TrustAnchors:
    """A trust file in which the agency's first and third version stand, and another's second."""
    pinned = (
        PinnedType(city.AGENCY, FISHING.versioned(1)),
        PinnedType(city.AGENCY, replace(FISHING, zh="新捕捞证", fields=FISHING.fields[::-1]).versioned(3)),
        PinnedType(city.PLATFORM, FISHING.versioned(2)),
    )
    return TrustAnchors.parse(replace(city.trust_anchors(), types=pinned).to_json())


def codes() -> Iterator[tuple[str, str]]:
    """Names of cases, and codes."""
    fields = ("黄海", "鲁渔 123", "示范船厂")
    for name, type_, printed in (
        ("described", "fishing-licence@1", fields),
        ("described-anew", "fishing-licence@3", fields),
        ("described-with-more-fields", "fishing-licence@1", (*fields, "多出来的")),
        ("described-with-fewer-fields", "fishing-licence@1", fields[:1]),
        ("described-of-another-issuer", "fishing-licence@2", fields),
        ("described-of-no-version", "fishing-licence", fields),
        ("undescribed", "hunting-licence@1", fields),
        ("undescribed-in-braces", "{type}{issuer}$&", fields),
        ("undescribed-as-an-object-calls-things", "constructor", fields),
        ("shipped", "construction-permit", fields),
    ):
        yield name, city.code(certificate_type=type_, fields=printed)


def bundles() -> Iterator[tuple[str, bytes]]:
    """Names of cases, and bundles that show some of the fields of such certificates."""
    fields: dict[str, Value] = {"boat": "鲁渔 123", "constructor": "示范船厂", "number": "7"}
    salts = city.salts(fields)
    shown = [Disclosure(name, value, salts[name]) for name, value in fields.items()]
    for name, type_ in (("described", "fishing-licence@1"), ("undescribed", "fishing-licence@2")):
        body = city.certificate_body(certificate_type=type_, commitments=list(commit_fields(fields, salts)))
        subject = city.stated(StatementType.CERTIFICATE, body)
        for count in (2, 3):
            bundle = city.bundle(subject, disclosures=shown[:count], files=())
            yield f"{name}-showing-{count}", bundle.encode()
