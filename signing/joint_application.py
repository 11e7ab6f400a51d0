"""The document that several parties sign together: a joint application for a construction permit, four pages.

Its last page has a place for each party; ``boxes`` says where its stamp goes.
"""

from dataclasses import dataclass
from datetime import datetime

from evidence.errors import Refused
from evidence.identifiers import Uscc
from signing.pdf import Box
from signing.rendering import PrintedField
from signing.stamps import MILLIMETRE, chinese_date
from signing.typesetting import Fact, Typesetter

TITLE = "建筑工程施工许可联合申请表"
SIGNING_PAGE = 3  # from 0
PAGE_HEIGHT = 297  # mm, A4

# The grid of places on the signing page, in millimetres from its upper left corner.
FIRST_PLACE = (27, 76)
PLACE_SIZE = (76, 60)
PLACE_STEP = (80, 64)
COLUMNS = 2
MOST_PARTIES = 6
STAMP_SIZE = (68, 42)  # the larger stamp; a person's is centred in it
STAMP_TOP = 15.5  # below the place's upper edge, under its heading

UNDERTAKING = (
    "为保证工程建设依法合规、质量安全，建设单位、施工单位、设计单位就本工程施工许可申请共同承诺如下：",
    "（一）所提交的申请信息和材料真实、准确、完整，愿意接受行政机关通过数据共享进行核验，并对虚假承诺承担相应的法律责任。",
    "（二）建设单位已依法办理用地批准、规划许可手续，施工场地具备施工条件，建设资金已经落实，并按照合同约定及时支付工程款。",
    "（三）设计单位按照工程建设强制性标准完成施工图设计文件，施工图设计文件已按规定审查合格；项目负责人对设计质量承担终身责任。",
    "（四）施工单位具备相应的资质等级和安全生产许可证，已建立质量和安全生产责任制，配备项目负责人、专职安全生产管理人员，并有保证工程质量和安全的具体措施。",
    "（五）自领取施工许可证之日起三个月内开工；因故不能按期开工的，及时申请延期。施工许可证放置于施工现场备查。",
    "（六）各方使用自己的电子签名、电子印章签署本文件，妥善保管认证手段，不转借、不冒用；签署行为及其时间由示范市印信平台记录存证，可供任何人独立核验。",
    "上述承诺如有不实，承诺单位愿意接受撤销行政许可、记入信用记录等处理，并承担由此造成的全部后果。",
)


class TooManyParties(Refused):
    """The signing page has no place for so many. Facts: ``parties``, ``most``."""

    code = "too-many-parties"
    zh = "签署页只能容纳 {most} 方，本次有 {parties} 方；请分次签署。"
    en = "The signing page has places for {most} parties, not {parties}; sign in several documents."


@dataclass(frozen=True)
class TakingPart:
    """An organization and its part in the project: ``施工单位``, its name and code."""

    part: str
    name: str
    uscc: Uscc


@dataclass(frozen=True)
class SigningPlace:
    """A place on the signing page: ``施工单位（盖章）`` and the party that fills it."""

    heading: str
    party: str


@dataclass(frozen=True, kw_only=True)
class JointApplication:
    """What the application says; ``project`` are its facts in printed order, ``at`` its day."""

    project_name: str
    owner: str
    project: tuple[PrintedField, ...]
    organizations: tuple[TakingPart, ...]
    places: tuple[SigningPlace, ...]
    at: datetime


@dataclass(frozen=True)
class RenderedApplication:
    """The PDF and, for each signing place in order, the box for its stamp: 68 by 42 mm."""

    content: bytes
    boxes: tuple[Box, ...]


def render_joint_application(typesetter: Typesetter, application: JointApplication) -> RenderedApplication:
    """Set the application: cover, facts, undertaking and signing page, A4.

    Raises:
        GlyphMissing: the font lacks a character.
        TooManyParties: more than six signing places.
    """
    count = len(application.places)
    if count > MOST_PARTIES:
        raise TooManyParties(parties=count, most=MOST_PARTIES)
    corners = [_corner(number) for number in range(count)]
    facts: dict[str, Fact] = {
        "title": TITLE,
        "owner": application.owner,
        "project_name": application.project_name,
        "cover": [
            {"label": "工程名称", "value": application.project_name},
            {"label": "建设单位", "value": application.owner},
            {"label": "申请日期", "value": chinese_date(application.at)},
        ],
        "project": [{"label": field.label, "value": field.value} for field in application.project],
        "organizations": [
            {"part": each.part, "name": each.name, "uscc": each.uscc.text}
            for each in application.organizations
        ],
        "undertaking": UNDERTAKING,
        "places": [_place(place, corner) for place, corner in zip(application.places, corners, strict=True)],
    }
    content = typesetter.set("joint-application.typ", facts, at=application.at)
    return RenderedApplication(content, tuple(_box(corner) for corner in corners))


def _corner(number: int) -> tuple[int, int]:
    """Return the upper left corner of a place, in millimetres from the page's."""
    row, column = divmod(number, COLUMNS)
    return FIRST_PLACE[0] + column * PLACE_STEP[0], FIRST_PLACE[1] + row * PLACE_STEP[1]


def _place(place: SigningPlace, corner: tuple[int, int]) -> Fact:
    return {
        "heading": place.heading,
        "party": place.party,
        "left": corner[0],
        "top": corner[1],
        "width": PLACE_SIZE[0],
        "height": PLACE_SIZE[1],
    }


def _box(corner: tuple[int, int]) -> Box:
    left, top = corner
    width, height = STAMP_SIZE
    return Box(
        page=SIGNING_PAGE,
        left=(left + (PLACE_SIZE[0] - width) / 2) * MILLIMETRE,
        bottom=(PAGE_HEIGHT - top - STAMP_TOP - height) * MILLIMETRE,
        width=width * MILLIMETRE,
        height=height * MILLIMETRE,
    )
