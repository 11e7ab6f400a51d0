"""What certificates of a type will look like, before it is registered: a sample page, and their code.

trial = try_type(type_, press=press)
trial.page, trial.version            # a PDF of one page; 14 of at most 20
"""

from dataclasses import dataclass, replace

from evidence.certificate_types import CertificateType, HolderKind
from evidence.qr import BITS_LIMIT, qr_bits
from signing.certificate_issue import Press, trial_page
from signing.certificate_statements import trial_code
from signing.qr_image import LARGEST_VERSION, qr_version

SAMPLE_LENGTH = 20
"""Characters of each field of the code that is tried: longer than most names and addresses."""

SAMPLE_CITIZEN_NUMBER = "11010519491231002X"
"""The example of GB 11643-1999, nobody's."""

_PAGE = 94  # characters in a row of GB 2312


@dataclass(frozen=True, kw_only=True)
class TypeTrial:
    """A sample page (PDF), and the code of fields filled with 20 characters each: its bits and version."""

    page: bytes
    bits: int
    most_bits: int
    version: int
    most_version: int


def try_type(type_: CertificateType, *, press: Press) -> TypeTrial:
    """Set a sample of ``type_``, marked as one, with every field filled.

    Raises:
        QrTooLarge: fields of 20 characters do not fit the code.
        GlyphMissing: the font lacks a character of a label, a note or the title.
        CertificateOverfull: the page has no room for all that it prints.
    """
    now = press.clock.now()
    code = trial_code(type_, _filled(type_), agency=press.agency, at=now)
    shown = {field.name: f"{field.zh}（样例）" for field in type_.fields}
    if type_.holder.number is not None:
        person = type_.holder.kind is HolderKind.PERSON
        shown[type_.holder.number] = SAMPLE_CITIZEN_NUMBER if person else press.agency.speaker.uscc.text
    return TypeTrial(
        page=trial_page(type_, shown, qr=code, press=replace(press, samples=True)),
        bits=qr_bits(code),
        most_bits=BITS_LIMIT,
        version=qr_version(code),
        most_version=LARGEST_VERSION,
    )


def _filled(type_: CertificateType) -> dict[str, str]:
    """Fill each field of the code with characters that occur once, which nothing shortens."""
    return {
        name: "".join(_character(SAMPLE_LENGTH * place + at) for at in range(SAMPLE_LENGTH))
        for place, name in enumerate(type_.in_qr)
    }


def _character(number: int) -> str:
    """Give a common character of GB 2312, level 1."""
    return bytes((0xB0 + number // _PAGE % 39, 0xA1 + number % _PAGE)).decode("gb2312")
