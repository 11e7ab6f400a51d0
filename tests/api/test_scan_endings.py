"""What becomes of a scan that was passed, when what it rests on changed while it ran."""

from uuid import UUID

from api.demonstration.camera import Performer
from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from identity import enrollment
from identity.challenge_rows import ChallengeRow
from tests.api.newcomers import ORIGIN, Newcomer, arrive_enrolled, challenge, requested, scan


class Replacing(Performer):
    """Does the steps; at the first of them another face is enrolled in its place."""

    def __init__(self, house: House, newcomer: Newcomer) -> None:
        super().__init__(ENGINEER)
        self._house, self._newcomer, self._replaced = house, newcomer, False

    def perform(self, step: str | None, at_ms: int) -> None:
        if step is not None and not self._replaced:
            self._replaced = True
            self._replace()
        super().perform(step, at_ms)

    def _replace(self) -> None:
        house, person = self._house, self._newcomer.id
        template = house.scans.examine_portrait(LEGAL_REPRESENTATIVE.portrait.read_bytes())
        with house.database.transaction() as session:
            enrollment.erase(session, person=person, clock=house.clock)
            enrollment.keep(
                session,
                person=person,
                template=template,
                origin=ORIGIN,
                vault=house.vault,
                issuer=house.issuer,
                signer=house.verifier_signer,
                clock=house.clock,
            )


def test_a_scan_passed_against_a_face_that_was_replaced_meanwhile_has_failed(
    site: Site, house: House
) -> None:
    newcomer = arrive_enrolled(site, house)
    asked = challenge(newcomer, requested(site, house, newcomer))
    answer = scan(house, newcomer, asked["challenge"], Replacing(house, newcomer)).json()
    assert (answer["title"], answer["judged"]) == ("another-face", True)
    with house.database.transaction() as session:
        row = session.get_one(ChallengeRow, UUID(str(asked["challenge"])))
        assert (row.outcome, row.refusal) == ("failed", "another-face")
