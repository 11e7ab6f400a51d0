"""The cases about a certificate's QR code by itself."""

import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count

from evidence.canonical import Value, decode, encode
from evidence.deflate import deflate
from evidence.keys import Signer
from evidence.qr import TYPE, members_of, read_qr, write_code
from tests.conformance.case import CODE, Case
from tests.verify import city, described
from verify.trust import TrustAnchors

CLEAR = city.status_list()
OTHER_HOST = "other.example"
DAY = timedelta(days=1)


def trust() -> TrustAnchors:
    """The city's trust file with a second issuer, who may sign status lists alone."""
    platform = city.issuer_key(city.platform_signer(), issuer=city.PLATFORM, roles=frozenset({"status-list"}))
    return city.trust_anchors(city.issuer_key(), platform)


def case(name: str, text: str, about: str, check: str | None = None, **other: object) -> Case:
    told: dict[str, object] = {"status_list": CLEAR, "trust": trust().to_json(), **other}
    return Case(name=f"qr-{name}", subject=text.encode(), file=CODE, about=about, check=check, **told)  # type: ignore[arg-type]  # members of Case


def cases() -> Iterator[Case]:
    """Every case of a code."""
    yield from genuine()
    yield from validity()
    yield from altered()
    yield from foreign()
    yield from keys()
    yield from naming_its_own_key()
    yield from unreadable()


def genuine() -> Iterator[Case]:
    text = city.code()
    yield case("in-force", text, "the construction permit of the demonstration city, with a fresh list")
    yield case("without-end", city.code(valid_until=None), "a certificate that ends by no date")
    yield case("one-field", city.code(fields=("示范中学教学楼",)), "only the first of its printed fields")
    fishing = city.code(certificate_type="fishing-permit")
    yield case("unknown-type", fishing, "a type that the verifier does not know: fields go by their place")
    pinned = described.anchors().to_json()
    for version in ("@1", "@3"):
        licence = city.code(
            certificate_type=f"fishing-licence{version}", fields=("黄海", "鲁渔 123", "示范船厂")
        )
        about = "a type that its agency registered, as the trust file describes this version of it"
        yield case(f"registered-type{version.replace('@', '-')}", licence, about, trust=pinned)
    elsewhere = city.code(certificate_type="fishing-licence@2", fields=("黄海",))
    yield case("registered-by-another", elsewhere, "a type that another issuer registered", trust=pinned)
    reserved = city.code(certificate_type="constructor")
    yield case(
        "type-of-a-reserved-word", reserved, "an unknown type named as what objects of JavaScript have"
    )


def validity() -> Iterator[Case]:
    text, until = city.code(), datetime.fromisoformat("2028-04-30T23:59:59+08:00")
    yield case(
        "last-second",
        text,
        "the last second of the last day, in Beijing",
        as_of=until,
        status_list=city.status_list(at=until - timedelta(hours=1)),
    )
    over = until + timedelta(seconds=1)
    yield case(
        "expired",
        text,
        "one second after the last day",
        "validity",
        as_of=over,
        status_list=city.status_list(at=over - timedelta(hours=1)),
    )
    early = city.code(valid_from=date(2026, 6, 1))
    yield case("not-yet-valid", early, "before its first day", "validity")
    before = city.ISSUED - timedelta(seconds=1)
    yield case("unissued", text, "asked as of a second before it was issued", "validity", as_of=before)


def altered() -> Iterator[Case]:
    text = city.code()
    start = text.index("#") + 2
    for place in range(start, len(text), 160):
        changed = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
        yield case(f"digit-{place - start}", changed, "one digit is another", "form")
    yield case("cut", text[:-3], "the last three digits are missing, as of a cropped picture", "form")
    compressed = deflate(read_qr(text).encoded)
    behind = with_content(text, compressed + b"\x00")
    yield case("trailing-byte", behind, "a byte behind the compressed content", "form")
    yield case("unused-bit", unused_bit(), "a bit that inflaters do not look at is set", "form")
    bomb = with_content(text, deflate(bytes(1 << 20)))
    yield case("bomb", bomb, "a megabyte of zeros when inflated", "form")
    yield case("zero", f"https://{city.HOST}/c#10", "the number zero", "form")
    yield case("leading-zero", text.replace("#1", "#10"), "the same number with a zero before it", "form")
    far = city.payload(issued_at=datetime.fromisoformat("9999-12-31T20:00:00+00:00"))
    signed = write_code(members_of(far), city.agency_signer(), typ=TYPE, host=city.HOST)
    yield case("last-hours-of-9999", signed, "issued when in Beijing the year 10000 has begun", "form")
    yield case("too-long", text + "1" * 2200, "more digits than a code of version 20 holds", "form")
    turned = city.code(valid_from=date(2026, 5, 1), valid_until=date(2028, 4, 30))
    other = with_signature_of(turned, city.code(valid_until=date(2038, 4, 30)))
    yield case("prolonged", other, "the last day is ten years later under the same signature", "signature")
    renamed = city.code(fields=("示范中学教学楼", "示范市一号路1号", "示范城市发展有限公司", "另一建设公司"))
    yield case(
        "another-contractor",
        with_signature_of(text, renamed),
        "another contractor under the same signature",
        "signature",
    )


def with_content(text: str, compressed: bytes) -> str:
    """The code of ``text``'s host with other compressed content."""
    address = text.partition("#")[0]
    return f"{address}#1{int.from_bytes(bytes([1]) + compressed, 'big')}"


def with_signature_of(signed: str, other: str) -> str:
    """What ``other`` says, under the signature of ``signed``."""
    ours, theirs = parts_of(signed), parts_of(other)
    return with_parts(other, [*theirs[:3], ours[3]])


def parts_of(text: str) -> list[Value]:
    parts = decode(read_qr(text).encoded[1:])
    assert isinstance(parts, list)
    return parts


def with_parts(text: str, parts: list[Value]) -> str:
    return with_content(text, deflate(b"\xd2" + encode(parts)))


def unused_bit() -> str:
    """A code whose DEFLATE stream is followed by a set bit that an inflater does not look at."""
    for index in count(2):
        text = city.code(status_index=index)
        encoded = read_qr(text).encoded
        stream = bytearray(deflate(encoded))
        stream[-1] |= 0x80
        if bytes(stream) != deflate(encoded) and zlib.decompress(stream, wbits=-15) == encoded:
            return with_content(text, bytes(stream))
    raise AssertionError


def foreign() -> Iterator[Case]:
    text, strange = city.code(), city.strange_signer()
    theirs = city.code(host=OTHER_HOST, signer=strange)
    yield case("another-city", theirs, "another city's code: no network, no verdict", "address")
    unreadable_one = f"https://{OTHER_HOST}/c#1999"
    yield case("another-city-unreadable", unreadable_one, "of another address, and unreadable", "address")
    ours = city.code(host="fake.example")
    yield case(
        "our-key-elsewhere", ours, "a key of this city under an address that is not its own", "address"
    )
    for name, host, why in (
        ("copied-elsewhere", "fake.example", "copied to another address"),
        ("digit-for-letter", "permits.examp1e", "the digit one stands for the letter l"),
        ("subdomain", f"{city.HOST}.evil.example", "our host as the beginning of a foreign one"),
        ("hyphen", "permits-example.example", "a hyphen stands for the point"),
        ("port", f"{city.HOST}:8443", "our host at a port that is not pinned"),
        ("punycode", "xn--prmits-6of.example", "a Cyrillic letter in our host, as browsers write it"),
    ):
        copied = text.replace(city.HOST, host)
        yield case(f"look-alike-{name}", copied, f"a look-alike of our address: {why}", "address")
    for name, host in (
        ("user", f"{city.HOST}@evil.example"),
        ("cyrillic", city.HOST.replace("e", "\u0435")),
        ("upper-case", city.HOST.upper()),
    ):
        copied = text.replace(city.HOST, host)
        yield case(f"address-with-{name}", copied, "an address as no code of ours is written", "input")
    dressed = with_parts(text.replace(city.HOST, "fake.example"), parts_of(city.code(host=city.HOST)))
    yield case("moved", dressed, "the signed bytes of our code under a foreign address", "address")


def keys() -> Iterator[Case]:
    strange = city.strange_signer()
    unknown = city.code(signer=strange)
    yield case("unknown-key", unknown, "at our address, by a key that nobody pinned", "issuer-key")
    other = city.code(issuer=city.STRANGER)
    yield case("another-issuer", other, "by a key that is pinned for another issuer", "issuer-key")
    platform = city.code(issuer=city.PLATFORM, signer=city.platform_signer())
    yield case("key-without-role", platform, "by a key that may sign status lists alone", "issuer-key")
    before = city.code(issued_at=datetime.fromisoformat("2025-12-31T00:00:00+00:00"))
    yield case("before-key", before, "signed before the key was valid", "issuer-key")
    ended = city.issuer_key(valid_until=city.ISSUED)
    pinned = city.trust_anchors(ended).to_json()
    yield case(
        "expired-key", city.code(), "the key ended at the second of signing", "issuer-key", trust=pinned
    )
    later = city.trust_anchors(city.issuer_key(valid_until=city.ISSUED + timedelta(seconds=1)))
    yield case(
        "key-ended-since",
        city.code(),
        "the key ended after signing, and still signs no list: whether it is in force is unknown",
        "status",
        trust=later.to_json(),
    )


def naming_its_own_key() -> Iterator[Case]:
    """Codes that bring a key along, and ask to be checked by it."""
    text, strange = city.code(), city.strange_signer()
    protected, _, payload, _ = parts_of(city.code(signer=strange))
    assert isinstance(protected, bytes)
    assert isinstance(payload, bytes)
    header = decode(protected)
    said = decode(payload)
    assert isinstance(header, dict)
    assert isinstance(said, dict)
    spki = strange.key.spki
    beside = resigned(text, strange, header, said, {33: spki})
    yield case("own-key-beside", beside, "a key in the unprotected header (x5chain)", "form")
    inside = resigned(text, strange, {**header, 33: spki}, said)
    yield case("own-key-in-header", inside, "a key in the protected header", "form")
    payload_key = resigned(text, strange, header, {**said, 10: spki})
    yield case("own-key-in-payload", payload_key, "a key in the payload", "form")
    address = resigned(text, strange, header, {**said, 10: "https://permits.example/key"})
    yield case("own-key-by-address", address, "an address of a key in the payload", "form")
    ours = {**header, 4: city.agency_signer().key.key_id[:8]}
    named = resigned(text, strange, ours, said)
    yield case("our-key-named", named, "it names the agency's key and is signed by another", "signature")
    untyped = resigned(text, city.agency_signer(), {**ours, 16: "yinxin/certificate/1"}, said)
    yield case("another-type", untyped, "signed by the agency, as another type of thing", "form")


def resigned(text: str, signer: Signer, header: Value, said: Value, beside: Value = None) -> str:
    """A code of our host over ``said``, signed by ``signer`` under the protected ``header``."""
    protected, payload = encode(header), encode(said)
    signature = signer.sign(encode(["Signature1", protected, city.HOST.encode(), payload]))
    return with_parts(text, [protected, beside or {}, payload, signature])


def unreadable() -> Iterator[Case]:
    for name, text in {
        "nothing": "",
        "words": "hello",
        "another-version": f"https://{city.HOST}/c#2123",
        "http": f"http://{city.HOST}/c#1123",
        "another-path": f"https://{city.HOST}/d#1123",
        "no-digits": f"https://{city.HOST}/c#1",
        "a-letter": f"https://{city.HOST}/c#112a",
        "local-by-https": "https://localhost:8000/c#1123",
        "line-end": f"{city.code()}\n",
    }.items():
        yield case(f"no-code-{name}", text, "a text that is no certificate's code", "input")
    whole = trust().to_json()
    for name, data in {
        "nothing": b"",
        "no-json": b"{",
        "a-list": b"[]",
        "another-version": whole.replace(b'"v": 1', b'"v": 2'),
        "no-city": whole.replace(b'"city"', b'"town"'),
        "a-broken-key": whole.replace(b'"spki": "M', b'"spki": "!', 1),
    }.items():
        yield case(f"trust-{name}", city.code(), "the trust file cannot be read", "input", trust=data)
