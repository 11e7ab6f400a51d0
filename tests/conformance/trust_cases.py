"""The cases about the trust file: types described wrongly, and values that are not written in one way."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.conformance.case import CODE, Case
from tests.verify import city, described

SUBJECT = city.code(certificate_type="fishing-licence@1", fields=("黄海", "鲁渔 123", "示范船厂"))
TYPE = "types.0"
DESCRIPTION = f"{TYPE}.description"
case = partial(Case, subject=SUBJECT.encode(), file=CODE)

UNREAD: tuple[tuple[str, str, object, str], ...] = (
    ("types-in-no-array", "types", {}, "types are no array"),
    ("type-of-nobody", f"{TYPE}.issuer", "", "a type names no issuer"),
    ("type-without-a-version", f"{TYPE}.name", "fishing-licence", "a type's name lacks its version"),
    ("type-of-version-zero", f"{TYPE}.name", "fishing-licence@0", "versions are counted from 1"),
    ("type-of-five-digits", f"{TYPE}.name", "fishing-licence@10000", "a version has four digits at most"),
    ("type-with-a-line-end", f"{TYPE}.name", "fishing-licence@1\n", "a line end behind a type's name"),
    ("type-of-another-code", f"{TYPE}.name", "hunting-licence@1", "the name is not of the type described"),
    ("type-undescribed", DESCRIPTION, None, "a type without its description"),
    ("type-with-more", f"{DESCRIPTION}.colour", "red", "a description with a member that nobody knows"),
    ("type-with-a-long-name", f"{DESCRIPTION}.zh", "证" * 41, "its name has 41 characters"),
    ("type-for-a-ship", f"{DESCRIPTION}.holder.kind", "ship", "held by neither person nor organization"),
    ("type-without-its-holder", f"{DESCRIPTION}.holder.name", "owner", "the holder's field is not printed"),
    ("type-on-a-round-face", f"{DESCRIPTION}.face", "round", "printed on a form that there is not"),
    ("type-with-a-numeric-note", f"{DESCRIPTION}.notes", [1], "a note is a number"),
    ("type-confirmed-as-nothing", f"{DESCRIPTION}.identifier.confirmed", True, "confirmed without a code"),
    ("type-in-small-letters", f"{DESCRIPTION}.identifier.national", "1" * 18 + "w50", "a code that is none"),
    ("type-numbered-by-month", f"{DESCRIPTION}.number.form", "{month}{serial:4}", "no such place"),
    ("type-without-a-serial", f"{DESCRIPTION}.number.form", "YB{year}", "a number without its serial"),
    ("type-with-a-long-number", f"{DESCRIPTION}.number.licence", "Y" * 25 + "{year}{serial:4}", "33 of 32"),
    ("type-for-no-years", f"{DESCRIPTION}.validity", {"rule": "years"}, "for years, and not how many"),
    ("type-for-half-a-year", f"{DESCRIPTION}.validity", {"rule": "years", "years": 0.5}, "half a year"),
    ("type-never-in-force", f"{DESCRIPTION}.states", {}, "no word for being in force"),
    ("type-in-a-strange-state", f"{DESCRIPTION}.states.gone", {"zh": "无", "en": "gone"}, "a strange state"),
    ("type-without-fields", f"{DESCRIPTION}.field", [], "it prints nothing"),
    ("type-with-a-flag-in-words", f"{DESCRIPTION}.field.0.qr", "true", "a flag that is a text"),
    ("type-with-a-field-twice", f"{DESCRIPTION}.field.1.name", "waters", "two fields of one name"),
    ("type-with-an-optional-code", f"{DESCRIPTION}.field.0.required", False, "in the code, and optional"),
    ("type-beside-nothing", f"{DESCRIPTION}.field.0.paired", True, "the first field shares a line"),
    ("a-fraction", "v", 1.5, "a version that is no whole number"),
    ("a-number-beyond-doubles", "chain.chain_id", 2**53, "a number that a double does not hold exactly"),
    ("half-a-character", "hosts.0", "permits.example\ud800", "half of a surrogate pair"),
    ("no-offset", "issuers.0.valid_from", "2026-01-01T00:00:00", "a moment without its offset"),
    ("no-such-day", "issuers.0.valid_from", "2026-02-29T00:00:00Z", "a day that there was not"),
    ("spaces-in-a-hash", "chain.log_contract", "11 " * 20, "hexadecimal with spaces"),
    ("an-unpadded-key", "log.spki", "MCowBQYDK2VwAyEA", "base64 of half a key"),
)
"""What is put where, and what is wrong with it."""


def cases() -> Iterator[Case]:
    """Every case of a trust file with something else in it."""
    whole = json.loads(described.anchors().to_json())
    for name, path, value, about in UNREAD:
        trust = json.dumps(put(whole, path, value)).encode()
        yield case(name=f"trust-{name}", about=about, check="input", trust=trust)
    twice = json.dumps({**whole, "types": [*whole["types"], whole["types"][0]]}).encode()
    yield case(name="trust-type-twice", about="the same version of a type twice", check="input", trust=twice)
    marked = b"\xef\xbb\xbf" + described.anchors().to_json()
    yield case(name="trust-byte-order-mark", about="a byte order mark before it", check="input", trust=marked)
    doubles = described.anchors().to_json().replace(b'"v": 1', b'"v": 1.0').replace(b"31337", b"3.1337e4")
    about = "numbers written as doubles are, which every reader takes for the same"
    yield case(name="trust-doubles", about=about, trust=doubles, status_list=city.status_list())


def put(document: Any, path: str, value: object) -> Any:
    """The document with ``value`` at ``path``."""
    changed = json.loads(json.dumps(document))
    *parents, last = path.split(".")
    found = changed
    for parent in parents:
        found = found[int(parent)] if parent.isdecimal() else found[parent]
    found[int(last) if last.isdecimal() else last] = value
    return changed
