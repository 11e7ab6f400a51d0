"""Whether the documents of a template bear the marks of its roles: when it is kept, and whenever it is used.

A version stands for good, but what marks may be does not: a later release may ask more of them.

    rehearse_marks(house, content, documents, own=uscc)      # when a template is kept
    check_fit(house, template)                               # when it is used
"""

from collections.abc import Sequence

from api.agreement_templates.content import Content
from api.agreement_templates.versions import Template
from api.house import House
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from signing.agreement_documents import naming
from signing.agreement_text import filled, render_text
from signing.documents import brought
from signing.pdf_document import open_document
from signing.placement import check_layout, check_marked
from signing.rehearsal import rehearse


class TemplateUnfit(Refused):
    """What was kept cannot be signed as it is any more. Facts: ``version``, ``reason``."""

    code = "template-unfit"
    zh = "模板第 {version} 版不能照原样签署了：{reason}请修改模板，存为新版后再用。"
    en = (
        "Version {version} of the template can no longer be signed as it is: {reason} Change the template, "
        "keep a new version, and use that."
    )


def check_fit(house: House, template: Template) -> None:
    """Check again that the documents of a template bear the marks of its roles.

    Raises:
        TemplateUnfit: they do not.
    """
    try:
        _check_layout(house, template)
    except Refused as error:
        reason = Term(error.sentence("zh"), error.sentence("en"))
        raise TemplateUnfit(version=template.version, reason=reason) from error


def _check_layout(house: House, template: Template) -> None:
    blanks = [role.slot(template.organization) for role in template.content.roles]
    documents = _documents(house, template)
    pages = [open_document(each).pages for each, _ in documents]
    check_marked([len(each) for each in pages], blanks)
    for place, (each, (_, name)) in enumerate(zip(pages, documents, strict=True)):
        with naming(name, place=place, among=len(documents)):
            check_layout(each, blanks, document=place)


def _documents(house: House, template: Template) -> list[tuple[bytes, str]]:
    text = trial(house, template.content)
    if text is not None:
        return [(text, "")]
    with house.database.transaction() as session:
        found = [brought(session, each, by=template.organization) for each in template.documents]
    return [(house.store.get(each.digest), each.name) for each in found]


def trial(house: House, content: Content) -> bytes | None:
    """Set the text of a template with the names of its fields in their places; None over PDFs.

    Raises:
        GlyphMissing: the text, or what its fields are called, cannot be set.
    """
    if content.text is None:
        return None
    names = {each.zh: each.zh for each in content.fields}
    title, text = (filled(each, names) for each in (content.title, content.text))
    return render_text(house.typesetter, title=title, text=text, at=house.clock.now())


def rehearse_marks(
    house: House, content: Content, documents: Sequence[tuple[bytes, str]], *, own: Uscc
) -> None:
    """Stamp the roles of a template on its ``documents``, bytes and names, as when all have signed.

    Raises:
        MarkedDocumentMissing, PerforationNeedsSeal, PerforationNeedsPages: they cannot bear the marks.
        BoxOutsidePage, MarksOverlap, FieldReserved, …: the marks do not lie on their pages.
        DocumentAtFault: the same, of one among several documents.
    """
    blanks = [role.slot(own) for role in content.roles]
    check_marked([len(open_document(each).pages) for each, _ in documents], blanks)
    for place, (each, name) in enumerate(documents):
        with naming(name, place=place, among=len(documents)):
            rehearse(each, blanks, document=place, typesetter=house.typesetter, at=house.clock.now())
