"""The cases about a certificate's evidence bundle, and about what is no bundle at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from evidence.bundle import Bundle, Exhibit
from evidence.canonical import Value, decode, encode
from evidence.commitment import Disclosure, commit_fields
from evidence.digest import sha256
from evidence.receipt import Anchor
from evidence.statement import StatementType
from evidence.statuslist import CertificateState
from tests.conformance.case import BUNDLE, PACK, PDF, Case
from tests.conformance.list_cases import flipped
from tests.conformance.qr_cases import DAY
from tests.verify import city
from tests.verify.agreement_packs import zipped
from tests.verify.altered import raw

ENDINGS = ("revoked", "withdrawn", "annulled", "cancelled", "lapsed", "abolished", "superseded")
STATUS = "status"


def case(name: str, made: Bundle | bytes, about: str, check: str | None = None, **other: object) -> Case:
    data = made if isinstance(made, bytes) else raw(made)
    told: dict[str, object] = {"file": BUNDLE, **other}
    return Case(name=f"certificate-{name}", subject=data, about=about, check=check, **told)  # type: ignore[arg-type]  # members of Case


def cases() -> Iterator[Case]:
    """Every case of a certificate's bundle."""
    yield from genuine()
    yield from authorship()
    yield from enclosed()
    yield from recorded()
    yield from validity()
    yield from listed()
    yield from changed()
    yield from related()
    yield from unreadable()


def issued(**changes: Value) -> tuple[bytes, bytes]:
    """A certificate and the record of its issue."""
    subject = city.certificate(**changes)
    return subject, city.change(subject, "issued", files=[sha256(city.PDF).value])


def genuine() -> Iterator[Case]:
    whole = city.bundle()
    yield case("in-force", whole, "the certificate with its record of issue and a fresh list")
    some = replace(whole, disclosures=whole.disclosures[1:])
    yield case("one-fact-shown", some, "the holder shows one of two facts")
    yield case("file-left-out", replace(whole, files={}), "the PDF is not enclosed")
    yield case("without-end", city.bundle(*issued(valid_until=None)), "it ends by no date")
    yield case("of-a-person", city.bundle(*issued(holder=None)), "no organization holds it")
    fields: dict[str, Value] = {"constructor": "营造师", "parts": [1, {"of": None}]}
    made = issued(commitments=list(commit_fields(fields, city.salts(fields))))
    shown = [Disclosure(name, fields[name], city.salts(fields)[name]) for name in fields]
    about = "facts that are no text, or are named by a word of JavaScript"
    yield case("unusual-facts", city.bundle(*made, disclosures=shown), about)
    unanchored = city.bundle(log=city.Log(anchor=None))
    yield case("not-anchored", unanchored, "in the log, and not on the chain yet")
    elsewhere = Anchor(1, b"\x11" * 20, b"\x44" * 32, b"\x55" * 32, 7)
    foreign = city.bundle(log=city.Log(anchor=elsewhere))
    yield case("anchored-elsewhere", foreign, "it claims another chain, which touches no conclusion")
    attached = raw(whole)
    pdf = b"%%PDF-1.7\n<< /Length %d >>\nstream\n%b\nendstream\n" % (len(attached), attached)
    yield case("in-a-pdf", pdf, "the bundle is attached to a PDF", file=PDF)


def authorship() -> Iterator[Case]:
    body, key = city.certificate_body(), "issuer-key"

    def by(**who: object) -> Bundle:
        return city.bundle(city.stated(StatementType.CERTIFICATE, body, **who))  # type: ignore[arg-type]  # arguments of stated

    yield case("unknown-key", unpictured(by(signer=city.strange_signer())), "by a key nobody pinned", key)
    other = unpictured(by(issuer=city.STRANGER))
    yield case("another-issuer", other, "by a key that is pinned for another issuer", key)
    role = city.issuer_key(roles=frozenset({"status-list", "certificate-change"}))
    pinned = city.trust_anchors(role).to_json()
    yield case("key-without-role", city.bundle(), "the key may not sign certificates", key, trust=pinned)
    over = city.issuer_key(valid_until=city.ISSUED)
    ended = city.trust_anchors(over).to_json()
    yield case("expired-key", city.bundle(), "the key ended at the second of signing", key, trust=ended)
    subject = flipped(city.certificate())
    yield case(
        "forged", unpictured(city.bundle(subject)), "the signature's last byte is another", "signature"
    )


def unpictured(made: Bundle) -> Bundle:
    """The bundle without the PDF, which only the record of issue names."""
    return replace(made, files={})


def enclosed() -> Iterator[Case]:
    whole = city.bundle()
    first, second = whole.disclosures
    lie = replace(whole, disclosures=(replace(first, value="另一家公司"), second))
    form = "form"
    yield case("false-fact", lie, "a fact shown is not the one committed to", form)
    salted = replace(whole, disclosures=(replace(first, salt=bytes(16)), second))
    yield case("false-salt", salted, "a fact shown under another salt", form)
    twice = replace(whole, disclosures=(first, first, second))
    yield case("fact-twice", twice, "a fact shown twice", form)
    strange = b"%PDF-1.7 another"
    more = replace(whole, files={**whole.files, sha256(strange).value: strange})
    yield case("file-slipped-in", more, "a file that nothing names", form)
    altered = replace(whole, files={sha256(strange).value: strange})
    yield case("file-altered", altered, "the PDF is another", form)
    stranger = city.bundle(*issued(), city.certificate(licence_id="1.2.156.3005.2.other"))
    yield case("exhibit-unbound", stranger, "an exhibit that nothing ties to the subject", form)
    yield case("kind-of-another", replace(whole, kind="agreement"), "called an agreement", form)
    data = raw(whole)
    yield case("cut-off", data[:-9], "the last nine bytes are missing", form)
    yield case("too-long", data + b"\0", "a byte more", form)
    for member in ("licence_id", "certificate_type", "valid_from", "status_index"):
        parts = {key: value for key, value in city.certificate_body().items() if key != member}
        stated = city.stated(StatementType.CERTIFICATE, parts)
        yield case(f"without-{member}", unpictured(city.bundle(stated)), f"no {member} in it", form)
    late = city.bundle(*issued(valid_until=2_932_897))
    yield case("day-beyond-the-calendar", late, "its last day is in the year 10000", form)
    members = decode(data[len(Bundle.MAGIC) :])
    assert isinstance(members, dict)
    unknown = Bundle.MAGIC + encode({**members, "key": city.strange_signer().key.spki})
    yield case("own-key", unknown, "the bundle brings a key along", form)


def recorded() -> Iterator[Case]:
    whole, receipt = city.bundle(), "receipt"
    subject, record = whole.exhibits
    crossed = (
        Exhibit(subject.statement, subject.salt, record.entry, record.receipt),
        Exhibit(record.statement, record.salt, subject.entry, subject.receipt),
    )
    yield case("entries-crossed", replace(whole, exhibits=crossed), "each entry is the other's", "form")
    salted = (replace(subject, salt=bytes([1] * 16)), record)
    yield case("entry-by-another-salt", replace(whole, exhibits=salted), "its salt is another", "form")
    swapped = (replace(subject, receipt=record.receipt), replace(record, receipt=subject.receipt))
    yield case("receipts-crossed", replace(whole, exhibits=swapped), "each receipt is the other's", "form")
    altered = (replace(subject, receipt=flipped(subject.receipt)), record)
    yield case("receipt-altered", replace(whole, exhibits=altered), "its signature is another", receipt)
    strange = city.Log(signer=city.strange_log_signer())
    forged = city.bundle(log=strange)
    yield case("receipt-forged", forged, "by another key in the log's name", receipt)
    other = city.bundle(log=replace(strange, origin="other.example/log"))
    yield case("another-log", other, "another log under a key of its own is unknown", receipt)
    renamed = city.bundle(log=city.Log(origin="other.example/log"))
    yield case("log-renamed", renamed, "our log's key in another log's name", receipt)
    promised = city.bundle(log=city.Log(checkpointed=False))
    yield case("only-promised", promised, "a promise without a checkpoint", receipt)


def validity() -> Iterator[Case]:
    later = city.NOW + 800 * DAY
    made = city.bundle(listed=city.status_list(at=later))
    yield case("expired", made, "after its last day", "validity", as_of=later)
    june = (date(2026, 6, 1) - date(1970, 1, 1)).days
    early = city.bundle(*issued(valid_from=june))
    yield case("not-yet-valid", early, "before its first day", "validity")
    before = city.ISSUED - timedelta(seconds=1)
    yield case("unissued", city.bundle(), "asked as of a second before it", "validity", as_of=before)


def listed() -> Iterator[Case]:
    alone = replace(city.bundle(), status_list=None)
    yield case("without-list", alone, "no list: whether it is in force is unknown", STATUS)
    for state, name in (
        (CertificateState.SUSPENDED, "suspended"),
        (CertificateState.REVOKED, "ended"),
        (CertificateState.SUPERSEDED, "superseded"),
    ):
        made = city.bundle(listed=city.status_list(state))
        yield case(f"listed-{name}", made, f"the enclosed list says: {name}", STATUS)
    month = city.NOW + 30 * DAY
    yield case("old-list", city.bundle(), "the enclosed list is of a month ago", STATUS, as_of=month)
    future = city.bundle(listed=city.status_list(at=city.NOW + timedelta(minutes=6)))
    yield case("future-list", future, "the enclosed list is of the future", STATUS)
    for name, list_, why in (
        ("forged-list", flipped(city.status_list()), "a forged list breaks the evidence it came in"),
        ("list-by-unknown-key", city.status_list(signer=city.strange_signer()), "by a key nobody pinned"),
        ("list-of-another", city.status_list(issuer=city.PLATFORM), "by our key in another's name"),
    ):
        yield case(name, city.bundle(listed=list_), f"the enclosed list: {why}", STATUS)
    for name, list_, why in (
        ("no-list", b"no list", "is none"),
        ("list-of-another-type", city.certificate(), "is a certificate"),
        ("list-without-content", city.stated(StatementType.STATUS_LIST, {}), "says nothing"),
    ):
        yield case(name, city.bundle(listed=list_), f"the enclosed list {why}", "form")


def changed() -> Iterator[Case]:
    """Change records beside the certificate: what they say of its state, without any list."""
    subject, record = issued()
    at = city.NOW - timedelta(hours=1)

    def told(*steps: bytes, listed_: bytes | None = None) -> Bundle:
        return replace(city.bundle(subject, record, *steps), status_list=listed_)

    for ending in ENDINGS:
        made = told(city.change(subject, ending, at=at))
        yield case(ending, made, f"a record says: {ending}", STATUS)
    suspended = city.change(subject, "suspended", at=at)
    yield case("suspended", told(suspended), "a record says: suspended", STATUS)
    again = city.change(subject, "reinstated", at=at + timedelta(minutes=5))
    yield case("reinstated", told(suspended, again), "suspended and reinstated since, by records")
    both = told(city.change(subject, "revoked", at=at), listed_=city.status_list())
    yield case("revoked-after-the-list", both, "the list says nothing, a record: revoked", STATUS)
    month = city.NOW + 30 * DAY
    yield case("suspended-long-ago", told(suspended), "a month ago: nobody knows", STATUS, as_of=month)
    tomorrow = city.change(subject, "revoked", at=city.NOW + DAY)
    later = told(tomorrow, listed_=city.status_list())
    yield case("revoked-tomorrow", later, "revoked after the moment asked about")
    amended = told(city.change(subject, "renamed", at=at), listed_=city.status_list())
    yield case("unknown-change", amended, "a record of a kind that says nothing of the state")


def related() -> Iterator[Case]:
    subject, record = issued()
    revoked = city.change(subject, "revoked", at=city.NOW - timedelta(hours=1))
    forged = city.bundle(subject, record, flipped(revoked))
    yield case(
        "forged-revocation", forged, "the record of a revocation is forged, and counts for nothing", "related"
    )
    body: dict[str, Value] = {"action": "revoked", "certificate": sha256(subject).value}
    strange = city.stated(
        StatementType.CERTIFICATE_CHANGE, body, at=city.LISTED, signer=city.strange_signer()
    )
    unknown = city.bundle(subject, record, strange)
    yield case("revocation-by-unknown-key", unknown, "a revocation by a key nobody pinned", "related")


def unreadable() -> Iterator[Case]:
    data = raw(city.bundle())
    for name, content, file in (
        ("nothing", b"", BUNDLE),
        ("words", b"hello", BUNDLE),
        ("another-version", data.replace(b"bundle/1", b"bundle/2", 1), BUNDLE),
        ("pdf-without-one", b"%PDF-1.7\nnothing\n", PDF),
        ("pdf-with-two", b"%%PDF-1.7\n%b" % (2 * (b"<< /Length 9 >>\nstream\n" + data)), PDF),
        ("zip-without-one", zipped({"another.bundle": data}), PACK),
    ):
        yield case(f"no-evidence-{name}", content, "no evidence that can be checked", "input", file=file)
