"""``yinxin serve``: serve the site of a city at work; a process of its own, beside any number of its kind."""

import argparse
import threading

from api.app import create_app
from api.demonstration.narrator import Narrator
from api.ending import ending
from api.operator_arguments import add_operator, operator_of
from api.settings import Settings
from api.site import listen, open_site, settle
from api.wiring import Operator, open_house

NAME = "serve"
HELP = "打开网站（正式环境）。 Serve the site of a city at work."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare who runs the house."""
    add_operator(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; give 1 when the house could not open."""
    return ending(lambda settings: _serve(settings, operator_of(args)))


def _serve(settings: Settings, operator: Operator) -> int:
    with (
        listen(host=settings.host, port=settings.port) as listener,
        open_house(settings, operator) as house,
    ):
        site = open_site(create_app(house), listener)
        settle()
        Narrator(settings.language).say(f"网站已打开：{site.url}", f"The site is open: {site.url}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
        finally:
            site.close()
    return 0
