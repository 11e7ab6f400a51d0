"""Who lives in the demonstration city. Nobody here exists; the faces are described in ``faces/README.md``.

Citizen numbers and credit codes lie in the administrative code 990100, which no place in China has; their
check digits are right.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evidence.identifiers import CitizenNumber, Uscc
from identity.members import Position
from identity.qualifications import QualificationKind

FACES = Path(__file__).with_name("faces")


@dataclass(frozen=True)
class DemonstrationFirm:
    """An organization of the city."""

    uscc: Uscc
    name: str
    mail: str = ""


@dataclass(frozen=True)
class DemonstrationPerson:
    """A person of the city; ``face`` names the pictures, ``positions`` what the person is at ``firm``.

    ``phone`` lies in the country code 999, which no country has.
    """

    face: str
    name: str
    name_en: str
    citizen_number: CitizenNumber
    firm: DemonstrationFirm
    positions: tuple[Position, ...]
    title_zh: str
    title_en: str
    phone: str

    @property
    def portrait(self) -> Path:
        """The identity portrait, JPEG."""
        return FACES / "photos" / f"{self.face}_a.jpg"

    def clip(self, action: str) -> tuple[Path, ...]:
        """The 15 frames of ``action``: neutral, left, right, blink, mouth or nod."""
        return tuple(sorted((FACES / "clips" / self.face / action).glob("*.jpg")))


@dataclass(frozen=True)
class Clerk:
    """A person of the city who works at a desk of the agency."""

    name: str
    citizen_number: CitizenNumber


AGENCY = DemonstrationFirm(Uscc.parse("11990100MB0A10013K"), "示范市行政审批服务局")
OWNER = DemonstrationFirm(Uscc.parse("91990100MA0DM00178"), "示范城市发展有限公司")
CONTRACTOR = DemonstrationFirm(
    Uscc.parse("91990100MA0DM1028K"), "示范建设集团有限公司", mail="office@contractor.example"
)
DESIGNER = DemonstrationFirm(Uscc.parse("91990100MA0DM2039Y"), "示范市建筑设计研究院有限公司")
TRADING_CENTRE = DemonstrationFirm(Uscc.parse("12990100MB0A20027M"), "示范市公共资源交易中心")
FIRMS = (AGENCY, OWNER, CONTRACTOR, DESIGNER)

ENGINEER = DemonstrationPerson(
    face="p01",
    name="林知远",
    name_en="Lin Zhiyuan",
    citizen_number=CitizenNumber.parse("990100198804120114"),
    firm=DESIGNER,
    positions=(Position.ENGINEER,),
    title_zh="林知远 · 注册结构工程师（设计院）",
    title_en="Lin Zhiyuan · structural engineer (design institute)",
    phone="+99900000001",
)
LEGAL_REPRESENTATIVE = DemonstrationPerson(
    face="p05",
    name="周明哲",
    name_en="Zhou Mingzhe",
    citizen_number=CitizenNumber.parse("990100197511030110"),
    firm=CONTRACTOR,
    positions=(Position.LEGAL_REPRESENTATIVE, Position.SEAL_KEEPER),
    title_zh="周明哲 · 法定代表人、印章保管人（施工单位）",
    title_en="Zhou Mingzhe · legal representative and seal keeper (contractor)",
    phone="+99900000002",
)
OWNERS_REPRESENTATIVE = DemonstrationPerson(
    face="p08",
    name="沈若华",
    name_en="Shen Ruohua",
    citizen_number=CitizenNumber.parse("99010019830621023X"),
    firm=OWNER,
    positions=(Position.CLERK,),
    title_zh="沈若华 · 建设单位代表",
    title_en="Shen Ruohua · representative of the owner",
    phone="+99900000003",
)
COUNTER_OFFICER = Clerk("何静安", CitizenNumber.parse("990100198509170020"))
"""Answers for what is confirmed at the counter; has no face here, because nobody scans it."""

PEOPLE = (ENGINEER, LEGAL_REPRESENTATIVE, OWNERS_REPRESENTATIVE)

QUALIFICATION = QualificationKind.STRUCTURAL_ENGINEER_1
REGISTRATION_NUMBER = "S990100001"
QUALIFICATION_UNTIL = date(2035, 12, 31)
CONTRACTORS_FILING_NUMBER = "9901000012345"
