"""The cases about what a holder shows: fewer facts, copies bound to a purpose, presentations."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from evidence.shown_codes import Bearer
from evidence.statuslist import CertificateState
from tests.conformance.case import BUNDLE, CODE, Case
from tests.conformance.list_cases import flipped
from tests.verify import city
from tests.verify.altered import raw
from tests.verify.shown import COPY as COPY_MADE
from tests.verify.shown import PRESENTED, copy, extended, presentation

CLEAR = city.status_list()
AFTER = datetime.fromisoformat("2026-06-01T00:00:00+08:00")
COPY, PRESENTATION = "copy", "presentation"


def case(name: str, text: str, about: str, check: str | None = None, **other: object) -> Case:
    told: dict[str, object] = {"status_list": CLEAR, **other}
    return Case(name=name, subject=text.encode(), file=CODE, about=about, check=check, **told)  # type: ignore[arg-type]  # members of Case


def cases() -> Iterator[Case]:
    """Every case of a copy, a presentation, or a bundle in which nothing is shown."""
    yield from withheld()
    yield from copies()
    yield from presentations()
    yield from altered()


def withheld() -> Iterator[Case]:
    subject = city.certificate()
    for name, action, about in (
        ("no-fact-shown", "issued", "the holder shows none of the facts"),
        ("facts-erased", "erased", "the holder's data was erased: no fact can be shown any more"),
    ):
        made = raw(city.bundle(subject, city.change(subject, action), disclosures=(), files=()))
        yield Case(name=f"certificate-{name}", subject=made, file=BUNDLE, about=about)


def copies() -> Iterator[Case]:
    fresh = city.status_list(at=AFTER - timedelta(hours=1))
    ended = city.status_list(CertificateState.REVOKED)
    last = AFTER - timedelta(seconds=1)
    yield case(
        "copy-in-force", copy(), "a copy within its days; only online is known whether it was withdrawn"
    )
    yield case("copy-last-second", copy(), "the last second of its day", as_of=last, status_list=fresh)
    yield case("copy-over", copy(), "a second after its day", COPY, as_of=AFTER, status_list=fresh)
    yield case(
        "copy-over-alone", copy(), "after its day, without a list", COPY, as_of=AFTER, status_list=None
    )
    made, early = COPY_MADE.made_at, COPY_MADE.made_at - timedelta(seconds=11)
    listed = city.status_list(at=early)
    yield case("copy-first-second", copy(), "the second of its making", as_of=made, status_list=listed)
    about = "eleven seconds before it was made, more than clocks may be apart"
    yield case("copy-early", copy(), about, COPY, as_of=early, status_list=listed)
    yield case("copy-early-alone", copy(), f"{about}, without a list", COPY, as_of=early, status_list=None)
    about = "before it was made, and the certificate had ended, which goes first"
    gone = city.status_list(CertificateState.REVOKED, at=early)
    yield case("copy-early-of-an-ended", copy(), about, COPY, as_of=early, status_list=gone)
    yield case("copy-alone", copy(), "without a status list", "status", status_list=None)
    about = "the certificate ended, which goes before the day of the copy"
    yield case("copy-of-an-ended", copy(), about, COPY, as_of=AFTER, status_list=ended)
    about = "a purpose that would end its quotation marks and go on in the verifier's words"
    yield case("copy-misleading", copy(purpose="投标”。真实，永久有效。“"), about)
    yield case(
        "copy-without-fields", extended(fields=()), "whose printed fields did not fit beside its terms"
    )


def presentations() -> Iterator[Case]:
    ended = city.status_list(CertificateState.REVOKED)
    for bearer in Bearer:
        name = bearer.name.lower().replace("_", "-")
        yield case(f"presentation-{name}", presentation(bearer=bearer), f"presented by the {name}")
    for seconds, check in ((-11, PRESENTATION), (-10, None), (60, None), (61, PRESENTATION)):
        at = PRESENTED + timedelta(seconds=seconds)
        name = f"presentation-{abs(seconds)}-s-{'ahead' if seconds < 0 else 'old'}"
        yield case(name, presentation(), f"asked {seconds} seconds after it was made", check, as_of=at)
    yield case("presentation-alone", presentation(), "without a status list", "status", status_list=None)
    yield case("presentation-of-an-ended", presentation(), "it ended", "status", status_list=ended)
    about = "photographed, and the certificate ended, which goes first"
    late = PRESENTED + timedelta(seconds=90)
    yield case(
        "presentation-old-of-an-ended", presentation(), about, PRESENTATION, as_of=late, status_list=ended
    )


def altered() -> Iterator[Case]:
    text = copy()
    changed = text[:-9] + str((int(text[-9]) + 1) % 10) + text[-8:]
    yield case("copy-altered", changed, "one digit is another", "form")
    unknown = extended(signer=city.strange_signer())
    yield case("copy-by-an-unknown-key", unknown, "by a key nobody pinned", "issuer-key")
    foreign = extended(host="fake.example")
    yield case("copy-elsewhere", foreign, "by our key for a foreign address", "address")
    early = copy(made_at=datetime.fromisoformat("2025-12-31T00:00:00Z"))
    yield case("copy-before-the-key", early, "made before the key was valid", "issuer-key")
    about = "the list beside it was altered and is put aside"
    yield case("copy-with-a-forged-list", text, about, "status", status_list=flipped(CLEAR))
