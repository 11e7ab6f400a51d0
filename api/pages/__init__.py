"""Server-rendered pages: Jinja2 templates, filled with plain values, in the visitor's language."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from api.language import language_of, sentence, sentences_below
from api.policy import Role, Visitor
from api.sittings import COOKIE as SITTING_COOKIE
from evidence.errors import Language
from verify.words import quoted

CITY_TIME = ZoneInfo("Asia/Shanghai")  # the city's civil time; every stored time is UTC
FOLDER = Path(__file__).resolve().parent.parent / "templates"
GROUP = 4  # characters of a digest or number shown together

templates = Jinja2Templates(directory=FOLDER)


def local_time(moment: datetime | None) -> str:
    """Show ``moment`` in the city's time to the minute; a dash when there is none."""
    return "—" if moment is None else moment.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")


def last_minute(end: datetime) -> str:
    """Show the last minute before ``end``, which a validity does not include."""
    return local_time(end - timedelta(minutes=1))


def grouped(text: str) -> str:
    """Group a digest or number by four characters, for reading aloud."""
    return " ".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


templates.env.filters["local_time"] = local_time
templates.env.filters["last_minute"] = last_minute
templates.env.filters["grouped"] = grouped
templates.env.filters["quoted"] = quoted
templates.env.trim_blocks = True
templates.env.lstrip_blocks = True


def _words(language: Language) -> Callable[..., str]:
    return lambda key, **facts: sentence(key, language, **facts)


def page(request: Request, template: str, *, status_code: int = 200, **values: Any) -> Response:
    """Render ``template`` for the visitor of ``request``.

    Every template has ``t(key, **facts)`` for sentences, ``strings(prefix)`` for its scripts, ``language``,
    ``visitor``, ``at_sitting``, ``Role``, ``demonstration`` and ``city`` beside ``values``. ``framed`` is set
    where it stands bare in a frame of another site (``api.pages.embedded``).
    """
    language = language_of(request)
    settings = request.app.state.house.settings
    visitor: Visitor = getattr(request.state, "visitor", Visitor())
    return templates.TemplateResponse(
        request,
        template,
        {
            "t": _words(language),
            "strings": partial(sentences_below, language=language),
            "language": language,
            "visitor": visitor,
            "framed": getattr(request.state, "framed", None),
            "at_sitting": SITTING_COOKIE in request.cookies,
            "Role": Role,
            "demonstration": settings.demonstration,
            "city": settings.city_zh if language == "zh" else settings.city_en,
            **values,
        },
        status_code=int(status_code),
    )
