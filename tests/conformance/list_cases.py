"""The cases about the status list that lies beside a code, and about its deltas."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from evidence.canonical import encode
from evidence.status_delta import pair, unpaired
from evidence.statuslist import CertificateState
from tests.conformance.case import Case
from tests.conformance.qr_cases import CLEAR, DAY, case, trust
from tests.verify import city


def cases() -> Iterator[Case]:
    """Every case of a list and of a delta."""
    yield from lists()
    yield from deltas()


def lists() -> Iterator[Case]:
    text, month = city.code(), city.NOW + 30 * DAY
    status = "status"
    yield case("alone", text, "no list: whether it is in force is unknown", status, status_list=None)
    states = {
        CertificateState.SUSPENDED: "suspended",
        CertificateState.REVOKED: "ended",
        CertificateState.SUPERSEDED: "superseded",
    }
    for state, name in states.items():
        listed = city.status_list(state)
        yield case(name, text, f"the list says: {name}", status, status_list=listed)
        yield case(
            f"{name}-by-an-old-list",
            text,
            f"a list of a month ago says: {name}; an ending stays true, a suspension may be over",
            status,
            as_of=month,
            status_list=listed,
        )
    yield case("old-list", text, "a list of a month ago", status, as_of=month)
    for name, as_of, check, why in (
        ("clock-a-day-slow", city.NOW - DAY, status, "the clock is a day slow: the list is of the future"),
        ("clock-a-day-fast", city.NOW + DAY, status, "the clock is a day fast: the list seems too old"),
        ("list-of-a-day", city.LISTED + DAY, None, "the list is exactly as old as it may be"),
        ("list-of-a-day-and-a-second", city.LISTED + DAY + timedelta(seconds=1), status, "a second older"),
    ):
        yield case(name, text, why, check, as_of=as_of)
    slow = city.status_list(at=city.NOW + timedelta(minutes=5))
    yield case("clock-five-minutes-slow", text, "the clock is five minutes slow", status_list=slow)
    for name, listed, why in (
        ("future-list", city.status_list(at=city.NOW + timedelta(minutes=6)), "six minutes in the future"),
        ("expired-list", city.status_list(lasts=timedelta(hours=2)), "past its own expiry"),
        ("short-list", city.status_list(index=0, size=2), "without this certificate"),
        ("list-of-before", city.status_list(at=city.ISSUED - timedelta(seconds=1)), "from before it"),
        ("empty-list", b"", "no bytes"),
        ("no-list", b"no list", "no list at all"),
        ("forged-list", flipped(CLEAR), "its signature is another"),
        ("altered-list", flipped(CLEAR, 60), "one byte is another"),
        ("list-by-unknown-key", city.status_list(signer=city.strange_signer()), "by a key nobody pinned"),
        (
            "list-of-another-issuer",
            city.status_list(issuer=city.PLATFORM, signer=city.platform_signer()),
            "another issuer's, of its own certificates",
        ),
        ("list-under-a-false-name", city.status_list(issuer=city.PLATFORM), "by our key in another's name"),
    ):
        yield case(name, text, f"the list is put aside: {why}", status, status_list=listed)
    policy = replace(trust(), status_list_max_age=timedelta(hours=2)).to_json()
    yield case("policy-of-two-hours", text, "the trust file takes lists of two hours", status, trust=policy)
    yield case("long-list", text, "a list of a million", status_list=city.status_list(size=1_000_003))


def deltas() -> Iterator[Case]:
    """Lists with what changed since; each is put aside unless both are the issuer's and fit each other."""
    text, status, day = city.code(), "status", city.NOW + DAY
    clear, suspended = CertificateState.NONE, CertificateState.SUSPENDED
    ours = city.status_list(suspended)
    yield case(
        "delta-without-change",
        text,
        "the list is too old, its delta is not, and has no change",
        as_of=day,
        status_list=city.delta(CLEAR, {}, at=day),
    )
    yield case(
        "delta-of-another", text, "another is suspended since", status_list=city.delta(CLEAR, {1: suspended})
    )
    yield case(
        "delta-reinstated",
        text,
        "suspended by the list, reinstated since",
        status_list=city.delta(ours, {2: clear}),
    )
    for state in (suspended, CertificateState.REVOKED, CertificateState.SUPERSEDED):
        listed = city.delta(CLEAR, {1: suspended, 2: state})
        yield case(f"delta-{state.name.lower()}", text, "by the delta alone", status, status_list=listed)
    early = city.LISTED - timedelta(seconds=1)
    platform = city.platform_signer()
    alone = unpaired(city.delta(CLEAR, {}))[1] or b""
    for name, listed, why in (
        ("future", city.delta(CLEAR, {}, at=city.NOW + timedelta(minutes=6)), "six minutes in the future"),
        (
            "expired",
            city.delta(CLEAR, {}, at=city.LISTED, lasts=timedelta(hours=2)),
            "past its own expiry",
        ),
        ("older-than-its-list", city.delta(CLEAR, {}, at=early), "a second older than the list"),
        ("beyond-its-list", city.delta(CLEAR, {4: suspended}), "of a place that the list has not"),
        ("of-another-list", pair(city.status_list(size=6), alone), "of another list"),
        ("by-unknown-key", city.delta(CLEAR, {}, signer=city.strange_signer()), "by a key nobody pinned"),
        (
            "of-another-issuer",
            city.delta(CLEAR, {}, issuer=city.PLATFORM, signer=platform),
            "another issuer's, signed by that issuer",
        ),
        ("forged", pair(CLEAR, flipped(alone)), "its signature is another"),
        ("alone", alone, "without its list"),
        ("beside-a-forged-list", city.delta(flipped(CLEAR), {}), "the list is forged"),
        ("beside-no-bytes", encode([CLEAR, 1]), "a number in its place"),
        (
            "backwards",
            city.delta(CLEAR, {}, at=city.NOW, lasts=timedelta(seconds=-1)),
            "it expires before it is issued",
        ),
        (
            "by-unknown-key-beside-a-forged-list",
            city.delta(flipped(CLEAR), {}, signer=city.strange_signer()),
            "the list is forged, and nobody pinned the delta's key",
        ),
        (
            "alone-by-unknown-key",
            unpaired(city.delta(CLEAR, {}, signer=city.strange_signer()))[1] or b"",
            "without its list, by a key nobody pinned",
        ),
    ):
        yield case(f"delta-{name}", text, f"the delta: {why}", status, status_list=listed)


def flipped(signed: bytes, place: int = -1) -> bytes:
    changed = bytearray(signed)
    changed[place] ^= 1
    return bytes(changed)
