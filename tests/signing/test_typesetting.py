from datetime import UTC, datetime

from signing.stamps import organization_seal
from signing.typesetting import Typesetter

MOMENT = datetime(2026, 5, 2, 2, 21, 33, 654321, tzinfo=UTC)


def test_a_moment_between_two_seconds_dates_a_page(typesetter: Typesetter) -> None:
    assert organization_seal(typesetter, name="示范市行政审批服务局", at=MOMENT).content.startswith(b"%PDF")
