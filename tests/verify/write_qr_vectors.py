"""Writes ``tests/conformance/qr/vectors.json`` anew, with fresh keys.

Run it as ``python -m tests.verify.write_qr_vectors``.
"""

import base64
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from evidence.canonical import encode
from evidence.deflate import deflate
from evidence.qr import read_qr
from evidence.status_delta import pair, unpaired
from evidence.statuslist import CertificateState
from tests.verify import city
from verify.words import instant

VECTORS = Path(__file__).resolve().parents[1] / "conformance" / "qr" / "vectors.json"
CLEAR = city.status_list()


@dataclass(frozen=True)
class Case:
    """One code to verify; a name that ends in ``_fail`` must not be found genuine."""

    name: str
    text: str
    conclusion: str
    answer: str
    as_of: datetime = city.NOW
    listed: bytes | None = CLEAR


def genuine(name: str, text: str, answer: str = "IN_FORCE", **other: object) -> Case:
    return Case(name, text, "TOTAL-PASSED", answer, **other)  # type: ignore[arg-type]  # members of Case


def failed(name: str, text: str) -> Case:
    return Case(f"{name}_fail", text, "TOTAL-FAILED", "UNKNOWN")


def undecided(name: str, text: str) -> Case:
    return Case(f"{name}_fail", text, "INDETERMINATE", "UNKNOWN")


def flipped(signed: bytes, place: int = -1) -> bytes:
    changed = bytearray(signed)
    changed[place] ^= 1
    return bytes(changed)


def changed_digit(text: str, place: int) -> str:
    return text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]


def with_content(text: str, compressed: bytes) -> str:
    address = text.partition("#")[0]
    return f"{address}#1{int.from_bytes(bytes([1]) + compressed, 'big')}"


def code_with_unused_bit() -> str:
    """A code whose DEFLATE stream is followed by a set bit that an inflater does not look at."""
    while True:
        text = city.code()
        encoded = read_qr(text).encoded
        stream = bytearray(deflate(encoded))
        stream[-1] |= 0x80
        inflator = zlib.decompressobj(wbits=-15)
        with suppress(zlib.error):  # the bit belonged to the stream: another code is tried
            if bytes(stream) != deflate(encoded) and inflator.decompress(stream) == encoded and inflator.eof:
                return with_content(text, bytes(stream))


def of_codes() -> Iterator[Case]:
    text = city.code()
    yield genuine("in_force", text)
    yield genuine("alone", text, "UNKNOWN", listed=None)
    yield genuine("without_end", city.code(valid_until=None))
    yield genuine("one_field", city.code(fields=("示范中学教学楼",)))
    yield genuine("unknown_type", city.code(certificate_type="fishing-permit"))
    yield genuine("not_yet_valid", city.code(valid_from=date(2026, 6, 1)), "NOT_IN_FORCE")
    later = city.NOW + timedelta(days=800)
    yield genuine("expired", text, "NOT_IN_FORCE", as_of=later, listed=city.status_list(at=later))
    last = datetime.fromisoformat("2028-04-30T23:59:59+08:00")
    yield genuine("last_second", text, as_of=last, listed=city.status_list(at=last - timedelta(hours=1)))
    yield genuine("unissued", text, "NOT_IN_FORCE", as_of=city.ISSUED - timedelta(seconds=1))
    start = text.index("#") + 2
    for place in range(start, len(text), 41):
        yield failed(f"digit_{place - start}", changed_digit(text, place))
    yield failed("cut", text[:-3])
    compressed = deflate(read_qr(text).encoded)
    yield failed("trailing_byte", with_content(text, compressed + b"\x00"))
    yield failed("unused_bit", code_with_unused_bit())
    yield failed("bomb", with_content(text, deflate(bytes(1 << 20))))
    yield failed("zero", f"https://{city.HOST}/c#10")
    yield failed("leading_zero", text.replace("#1", "#10"))
    yield failed("too_long", text + "1" * 2200)
    yield undecided("another_city", city.code(host="other.example", signer=city.strange_signer()))
    yield undecided("another_city_unreadable", "https://other.example/c#1999")
    yield failed("our_key_elsewhere", city.code(host="fake.example"))
    yield failed("copied_elsewhere", text.replace(city.HOST, "fake.example"))
    yield undecided("unknown_key", city.code(signer=city.strange_signer()))
    yield failed("another_issuer", city.code(issuer=city.STRANGER))
    yield failed("key_without_role", city.code(issuer=city.PLATFORM, signer=city.platform_signer()))
    yield failed("before_key", city.code(issued_at=datetime.fromisoformat("2025-12-31T00:00:00+00:00")))


def of_lists() -> Iterator[Case]:
    text = city.code()
    yield genuine("suspended", text, "NOT_IN_FORCE", listed=city.status_list(CertificateState.SUSPENDED))
    yield genuine("revoked", text, "NOT_IN_FORCE", listed=city.status_list(CertificateState.REVOKED))
    yield genuine("superseded", text, "NOT_IN_FORCE", listed=city.status_list(CertificateState.SUPERSEDED))
    month = city.NOW + timedelta(days=30)
    for state in CertificateState:
        answer = "NOT_IN_FORCE" if state > CertificateState.SUSPENDED else "UNKNOWN"
        yield genuine(
            f"old_list_{state.name.lower()}", text, answer, as_of=month, listed=city.status_list(state)
        )
    others = {
        "expired_list": city.status_list(lasts=timedelta(hours=2)),
        "future_list": city.status_list(at=city.NOW + timedelta(minutes=6)),
        "short_list": city.status_list(index=0, size=2),
        "empty_list": b"",
        "list_of_before": city.status_list(at=city.ISSUED - timedelta(seconds=1)),
        "forged_list": flipped(CLEAR),
        "altered_list": flipped(CLEAR, 60),
        "list_by_unknown_key": city.status_list(signer=city.strange_signer()),
        "list_of_another_issuer": city.status_list(issuer=city.PLATFORM, signer=city.platform_signer()),
        "list_under_a_false_name": city.status_list(issuer=city.PLATFORM),
        "no_list": b"no list",
    }
    for name, listed in others.items():
        yield genuine(name, text, "UNKNOWN", listed=listed)
    yield genuine("slow_clock", text, listed=city.status_list(at=city.NOW + timedelta(minutes=4)))
    yield genuine("long_list", text, listed=city.status_list(size=1_000_003))


def of_deltas() -> Iterator[Case]:
    text, day = city.code(), city.NOW + timedelta(days=1)
    clear, later = CertificateState.NONE, CertificateState.SUSPENDED
    yield genuine("delta_without_change", text, as_of=day, listed=city.delta(CLEAR, {}, at=day))
    yield genuine("delta_of_another", text, listed=city.delta(CLEAR, {1: later}))
    for state in (CertificateState.SUSPENDED, CertificateState.REVOKED, CertificateState.SUPERSEDED):
        name = f"delta_{state.name.lower()}"
        yield genuine(name, text, "NOT_IN_FORCE", listed=city.delta(CLEAR, {1: later, 2: state}))
    suspended = city.status_list(CertificateState.SUSPENDED)
    yield genuine("delta_reinstated", text, listed=city.delta(suspended, {2: clear}))
    before = city.LISTED - timedelta(seconds=1)
    short = city.status_list(size=6)
    others = {
        "delta_future": city.delta(CLEAR, {}, at=city.NOW + timedelta(minutes=6)),
        "delta_expired": city.delta(CLEAR, {}, at=city.LISTED, lasts=timedelta(hours=2)),
        "delta_older_than_its_list": city.delta(CLEAR, {}, at=before),
        "delta_beyond_its_list": city.delta(CLEAR, {4: later}),
        "delta_of_another_list": pair(short, unpaired(city.delta(CLEAR, {2: clear}))[1] or b""),
        "delta_by_unknown_key": city.delta(CLEAR, {}, signer=city.strange_signer()),
        "delta_of_another_issuer": city.delta(CLEAR, {}, issuer=city.PLATFORM, signer=city.platform_signer()),
        "delta_forged": flipped(city.delta(CLEAR, {})),
        "delta_alone": unpaired(city.delta(CLEAR, {}))[1],
        "delta_beside_a_forged_list": city.delta(flipped(CLEAR), {}),
        "delta_no_pair": encode([CLEAR, 1]),
    }
    for name, listed in others.items():
        yield genuine(name, text, "UNKNOWN", listed=listed)


def document() -> dict[str, object]:
    platform = city.issuer_key(city.platform_signer(), issuer=city.PLATFORM, roles=frozenset({"status-list"}))
    trust = city.trust_anchors(city.issuer_key(), platform).to_json().decode()
    return {
        "origin": "made by tests/verify/write_qr_vectors.py with keys that were thrown away",
        "made": "2026-11-21",
        "trust": trust,
        "cases": [
            {
                "name": case.name,
                "text": case.text,
                "as_of": instant(case.as_of),
                "status_list": None if case.listed is None else base64.b64encode(case.listed).decode(),
                "conclusion": case.conclusion,
                "answer": case.answer,
            }
            for case in (*of_codes(), *of_lists(), *of_deltas())
        ],
        "no_codes": [
            "",
            "hello",
            f"https://{city.HOST}/c#2123",
            f"http://{city.HOST}/c#1123",
            f"https://{city.HOST}/d#1123",
            f"https://{city.HOST.upper()}/c#1123",
            f"https://{city.HOST}/c#1",
            f"https://{city.HOST}/c#112a",
            "https://localhost:8000/c#1123",
        ],
    }


if __name__ == "__main__":
    VECTORS.parent.mkdir(parents=True, exist_ok=True)
    VECTORS.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
