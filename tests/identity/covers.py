"""Covers drawn on a photograph of a face, by its marks: flat colours with a few folds; no real ones."""

from collections.abc import Callable

from PIL import Image, ImageDraw

from identity.face import Point

Marks = tuple[Point, ...]
Cover = Callable[[ImageDraw.ImageDraw, Marks, float], None]
DARK = (15, 15, 18)


def _mask(colour: tuple[int, int, int]) -> Cover:
    def draw(on: ImageDraw.ImageDraw, marks: Marks, apart: float) -> None:
        (right, _), (left, _), (nose, across), *_, (_, mouth) = marks
        edge = [
            (right - 0.45 * apart, across - 0.25 * apart),
            (nose, across - 0.45 * apart),
            (left + 0.45 * apart, across - 0.25 * apart),
            (left + 0.3 * apart, mouth + 0.45 * apart),
            (nose, mouth + 0.7 * apart),
            (right - 0.3 * apart, mouth + 0.45 * apart),
        ]
        on.polygon(edge, fill=colour)
        red, green, blue = (int(part * 0.85) for part in colour)
        for fold in range(3):
            y = across + (0.1 + 0.2 * fold) * apart
            on.line([(right - 0.3 * apart, y), (left + 0.3 * apart, y)], fill=(red, green, blue), width=2)

    return draw


def _dark_glasses(on: ImageDraw.ImageDraw, marks: Marks, apart: float) -> None:
    for x, y in marks[:2]:
        on.ellipse([x - 0.42 * apart, y - 0.25 * apart, x + 0.42 * apart, y + 0.33 * apart], fill=DARK)
    on.line([marks[0], marks[1]], fill=DARK, width=4)


def _eye_patch(on: ImageDraw.ImageDraw, marks: Marks, apart: float) -> None:
    (x, y), reach = marks[0], 0.38 * apart
    on.ellipse([x - reach, y - reach, x + reach, y + reach], fill=DARK)


def _hand(on: ImageDraw.ImageDraw, marks: Marks, apart: float) -> None:
    (right, top), (left, _) = marks[3], marks[4]
    for finger in range(4):
        y = top + (0.2 * finger - 0.3) * apart
        shade = 170 + 8 * (finger % 2)
        box = (right - 0.35 * apart, y, left + 0.35 * apart, y + 0.2 * apart)
        on.rounded_rectangle(box, radius=8, fill=(shade, shade - 40, shade - 60), outline=(110, 80, 60))


def _clear_glasses(on: ImageDraw.ImageDraw, marks: Marks, apart: float) -> None:
    for x, y in marks[:2]:
        box = [x - 0.4 * apart, y - 0.3 * apart, x + 0.4 * apart, y + 0.33 * apart]
        on.ellipse(box, outline=DARK, width=5)


COVERS: dict[str, Cover] = {
    "blue mask": _mask((120, 170, 205)),
    "white mask": _mask((235, 238, 240)),
    "dark glasses": _dark_glasses,
    "eye patch": _eye_patch,
    "hand": _hand,
}


def covered(image: Image.Image, marks: Marks, cover: str) -> Image.Image:
    """Draw ``cover`` on a copy of ``image``."""
    drawn = image.copy()
    COVERS[cover](ImageDraw.Draw(drawn), marks, marks[1][0] - marks[0][0])
    return drawn


def in_clear_glasses(image: Image.Image, marks: Marks) -> Image.Image:
    """Draw the frame of glasses that cover nothing."""
    drawn = image.copy()
    _clear_glasses(ImageDraw.Draw(drawn), marks, marks[1][0] - marks[0][0])
    return drawn
