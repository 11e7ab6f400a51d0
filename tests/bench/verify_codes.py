"""The codes of every shipped type: bytes and version, each of its fields as long as a real one may be."""

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from evidence.qr import read_qr
from signing.qr_image import LARGEST_VERSION, SHORTEST_DIGITS
from tests.bench.harness import Figures, Row
from tests.verify import city
from verify.shipped_types import SHIPPED

WORDS = (
    "滨河新区社区活动中心及地下停车场附属配套工程",
    "示范市高新技术产业开发区学院东路一百二十八号",
    "华东城市基础设施投资建设集团有限公司",
    "中铁第四工程局集团有限公司",
    "南方电力规划设计研究院",
    "框架剪力墙结构十八层",
    "六百三十个日历天",
)
"""What real fields say, three bytes a character: other words in each, as copies would be compressed away."""


def run(figures: Figures) -> None:
    """Take the size of each type's code."""
    for code, type_ in sorted(SHIPPED.items()):
        fields = WORDS[: len(type_.in_qr)]
        text = city.code(certificate_type=code, fields=fields, host="permits.demonstration.gov.example")
        what = f"code of a {type_.en[0].lower()}{type_.en[1:]}, {len(fields)} fields"
        figures.add(Row(f"{what}: signed bytes", len(read_qr(text).encoded), "bytes"))
        figures.add(Row(f"{what}: version", version(text), "at M", most=LARGEST_VERSION + 1))


def version(text: str) -> int:
    """The version of the code of ``text`` at level M, drawn as on a certificate."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(text, optimize=SHORTEST_DIGITS)
    return int(code.best_fit())
