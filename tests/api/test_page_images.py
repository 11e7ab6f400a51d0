"""Pages drawn in processes that a malicious PDF can hang, and that are replaced."""

import multiprocessing
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from api.page_images import DocumentExhausting, DocumentUndrawable, PageDrawer, PageUndrawable, PageUnknown
from tests.signing import hostile_pdf as hostile
from tests.signing.hostile_pdf import MIB, zeros
from tests.signing.joint.small_pdf import small_pdf
from tests.signing.written_pdf import one_page


def hanging_pdf(*, levels: int = 6, draws: int = 10) -> bytes:
    """A PDF of 2 kB that asks for ``draws`` to the power of ``levels`` pictures."""
    bodies = [stream("", "/X Do " * draws)]
    for level in range(levels):
        below = f"/Resources << /XObject << /X {level + 6} 0 R >> >>" if level < levels - 1 else ""
        drawing = "/X Do " * draws if below else "0 0 500 500 re f " * draws
        bodies.append(stream(f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] {below}", drawing))
    return one_page(*bodies, page="/Contents 4 0 R", resources="/XObject << /X 5 0 R >>")


def stream(entries: str, data: str) -> str:
    return f"<< {entries} /Length {len(data)} >>\nstream\n{data}\nendstream"


@pytest.fixture(scope="module")
def drawer() -> Iterator[PageDrawer]:
    opened = PageDrawer()
    yield opened
    opened.close()


def test_a_page_is_drawn_1240_pixels_wide(drawer: PageDrawer) -> None:
    assert Image.open(BytesIO(drawer.page_image(small_pdf(), 2))).size == (1240, 1755)


def test_a_page_that_is_not_there_is_named(drawer: PageDrawer) -> None:
    with pytest.raises(PageUnknown):
        drawer.page_image(small_pdf(), 3)


def test_a_page_that_draws_without_end_is_given_up_and_the_next_is_drawn(drawer: PageDrawer) -> None:
    with pytest.raises(PageUndrawable):
        drawer.page_image(hanging_pdf(), 1)
    assert drawer.page_image(small_pdf(), 1)


def test_an_upload_that_draws_without_end_is_refused_and_the_next_is_not(drawer: PageDrawer) -> None:
    with pytest.raises(DocumentUndrawable):
        drawer.check(hanging_pdf())
    drawer.check(small_pdf())


def test_an_upload_that_opens_without_end_is_refused_and_the_next_is_not(drawer: PageDrawer) -> None:
    with pytest.raises(DocumentExhausting):
        drawer.check(hostile.indexed("/Size 7 /W [0 0 0] /Index [0 2000000000]", zeros(MIB)))
    drawer.check(small_pdf())


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        hostile.indexed(f"/Size {16 * MIB // 7} /W [1 4 2]", zeros(16 * MIB)),
        hostile.page_with(b"[" + b"1 " * 9_500_000 + b"]"),
    ],
    ids=["a table of two million rows in 16 kB", "an array of nine million numbers"],
)
def test_an_upload_that_takes_too_long_or_too_much_is_refused(drawer: PageDrawer, content: bytes) -> None:
    with pytest.raises(DocumentExhausting):
        drawer.check(content)


def test_a_page_that_inflates_to_ten_gigabytes_is_refused_and_the_next_is_not(drawer: PageDrawer) -> None:
    drawn = hostile.stream(zeros(10 * 1024 * MIB, layers=2), hostile.deflated(layers=2))
    with pytest.raises(DocumentUndrawable):
        drawer.check(hostile.page_with(drawn))
    drawer.check(small_pdf())


def test_a_picture_of_thousands_of_megapixels_ends_no_process(drawer: PageDrawer) -> None:
    drawer.check(hostile.picture(zeros(10 * 1024 * MIB, layers=2), side=60_000, layers=2))
    drawer.check(small_pdf())


def test_a_closed_drawer_leaves_no_process() -> None:
    before = set(multiprocessing.active_children())
    opened = PageDrawer()
    opened.close()
    assert set(multiprocessing.active_children()) <= before
