"""Who acts for organizations, as forms name them: by name, or by name, a space and a registration number.

The number alone finds a person of the starter's own firm only: it must not turn into a name for others. What
is known of an organization is read once, however many of its people are asked for.

    roster = Roster(session, starter=own)
    roster.signer(uscc, "林知远", capacity=Term("设计负责人", "design leader"))
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.members import members
from identity.organizations import Organization, organization
from identity.people import PersonId, PersonRow
from identity.qualifications import QualificationRow


class SignerNotInOffice(Refused):
    """Nobody so named acts for the organization. The name is not repeated.

    A number that is known is refused like one that is not, so that nobody learns whose it is.
    """

    code = "signer-not-in-office"
    zh = "签署位“{capacity}”填写的人员不在 {organization} 的在任人员中；请填写全名（注册号限本单位人员）。"
    en = (
        "The person named for “{capacity}” does not act for {organization}; give the full name "
        "(a registration number serves for your own firm only)."
    )


class SignerAmbiguous(Refused):
    """Several members of the organization bear the name."""

    code = "signer-ambiguous"
    zh = "{organization} 有同名的在任人员；签署位“{capacity}”请填写姓名、空格和注册号。"
    en = "Several people of {organization} bear this name; for “{capacity}” give name, space and number."


class Roster:
    """The people in office at each organization that is asked for, by name and by registration number."""

    def __init__(self, session: Session, *, starter: Uscc | None = None) -> None:
        self._session = session
        self._starter = starter
        self._organizations: dict[Uscc, Organization] = {}
        self._names: dict[Uscc, dict[str, set[PersonId]]] = {}
        self._numbers: dict[Uscc, dict[str, set[PersonId]]] = {}

    def organization(self, uscc: Uscc) -> Organization:
        """Give the organization.

        Raises:
            OrganizationUnknown: it is not registered.
        """
        if uscc not in self._organizations:
            self._organizations[uscc] = organization(self._session, uscc)
        return self._organizations[uscc]

    def signer(self, uscc: Uscc, named: str, *, capacity: Term) -> PersonId:
        """Give the one person in office so named, or so named with this registration number.

        Raises:
            OrganizationUnknown: it is not registered.
            SignerNotInOffice, SignerAmbiguous: nobody, or more than one.
        """
        firm = self.organization(uscc)
        if uscc not in self._names:
            self._read(uscc)
        names, numbers = self._names[uscc], self._numbers[uscc]
        name, _, number = named.rpartition(" ")
        found = (
            (numbers.get(named) if uscc == self._starter else None)
            or names.get(named)
            or names.get(name.strip(), set()) & numbers.get(number, set())
        )
        if not found:
            raise SignerNotInOffice(capacity=capacity, organization=firm.name)
        if len(found) > 1:
            raise SignerAmbiguous(capacity=capacity, organization=firm.name)
        return next(iter(found))

    def _read(self, uscc: Uscc) -> None:
        people = {each.person for each in members(self._session, uscc)}
        names = select(PersonRow.name, PersonRow.id).where(PersonRow.id.in_(people))
        numbers = select(QualificationRow.registration_number, QualificationRow.person).where(
            QualificationRow.person.in_(people)
        )
        self._names[uscc] = _by_text((row[0], PersonId(row[1])) for row in self._session.execute(names))
        self._numbers[uscc] = _by_text((row[0], PersonId(row[1])) for row in self._session.execute(numbers))


def _by_text(rows: Iterable[tuple[str, PersonId]]) -> dict[str, set[PersonId]]:
    found: dict[str, set[PersonId]] = {}
    for text, person in rows:
        found.setdefault(text, set()).add(person)
    return found
