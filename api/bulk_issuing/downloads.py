"""CSV files that an agency takes away: the empty sheet of a type, what is wrong in one, what became of it."""

from collections.abc import Iterable

from api.bulk_issuing.columns import columns, heading
from api.bulk_issuing.lines import Line
from api.bulk_sending.downloads import written
from api.language import sentence
from evidence.certificate_types import CertificateType
from evidence.errors import Language, Term


def sample(type_: CertificateType, language: Language) -> str:
    """Give the sheet of a type: its head alone, so that nothing is issued that nobody wrote."""
    return written([[heading(each, language) for each in columns(type_)]])


def faults(found: Iterable[Line], language: Language) -> str:
    """Give what is wrong, a line for each cell."""
    head = [sentence(f"bulk.{each}", language) for each in ("line", "column", "what")]
    rows = [
        [str(each.line), _in(told.column, language), _in(told.words, language)]
        for each in found
        for told in each.told
    ]
    return written([head, *rows])


def results(found: Iterable[Line], language: Language, *, address: str) -> str:
    """Give what became of each row; ``address`` is the site's, for the links to the certificates."""
    names = ("line", "state", "number", "licence_id", "certificate", "what")
    head = [sentence(f"bulk.{each}", language) for each in names]
    rows = [
        [
            str(each.line),
            sentence(f"bulk.state_{each.state}", language),
            each.number,
            each.licence_id,
            "" if each.certificate is None else f"{address}/certificates/{each.certificate}",
            " ".join(_in(told.words, language) for told in each.told),
        ]
        for each in found
    ]
    return written([head, *rows])


def _in(term: Term, language: Language) -> str:
    return term.zh if language == "zh" else term.en
