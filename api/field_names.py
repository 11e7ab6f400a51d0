"""What a field that was sent is called, in both languages; none is called by its key.

named(("body", "valid_from", "date")).zh == "有效期起"
"""

from collections.abc import Iterable, Sequence

from api.language import sentence, sentences
from evidence.errors import Term

Location = Sequence[int | str]
"""Where pydantic found a fault: the part of the request, the field, then places and kinds within it."""


def field(key: object) -> Term:
    """Give what the field ``key`` is called, a neutral word where no file names it."""
    name = f"field.{key}" if f"field.{key}" in sentences() else "field_unnamed"
    return Term(sentence(name, "zh"), sentence(name, "en"))


def named(location: Location) -> Term:
    """Give what the field at ``location`` of a request is called."""
    return field(location[1] if len(location) > 1 else None)


def listed(terms: Iterable[Term]) -> Term:
    """Join ``terms``, each once and in their order, as each language joins a list."""
    once = list(dict.fromkeys(terms))
    return Term("、".join(each.zh for each in once), ", ".join(each.en for each in once))
