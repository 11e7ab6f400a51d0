import pytest

from signing.security_frame import PAGES, frame_svg
from signing.typesetting import TEMPLATES


@pytest.mark.parametrize("page", PAGES)
def test_the_frames_beside_the_templates_are_as_they_are_drawn(page: str) -> None:
    kept = (TEMPLATES / f"frame-{page}.svg").read_text(encoding="utf-8")
    assert kept == frame_svg(*PAGES[page])
