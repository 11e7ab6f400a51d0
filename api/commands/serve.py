"""``yinxin serve``: serve the site of a city at work; a process of its own, beside any number of its kind."""

import argparse
import threading

from api.app import create_app
from api.demonstration.narrator import Narrator
from api.ending import ending
from api.settings import Settings
from api.site import listen, open_site
from api.wiring import Operator, open_house
from evidence.identifiers import Uscc

NAME = "serve"
HELP = "打开网站（正式环境）。 Serve the site of a city at work."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare who runs the house."""
    add_operator(parser)


def add_operator(parser: argparse.ArgumentParser) -> None:
    """Declare the organization that runs the house."""
    parser.add_argument("--operator", required=True, help="统一社会信用代码 its unified social credit code")
    parser.add_argument("--name", required=True, help="单位名称 its name")
    parser.add_argument("--area", required=True, help="六位行政区划代码 six digits of its area")


def operator_of(args: argparse.Namespace) -> Operator:
    """Give the operator that the arguments name.

    Raises:
        CheckDigitWrong, IdentifierMalformed: the code is not one.
    """
    return Operator(uscc=Uscc.parse(args.operator), name=args.name, area=args.area)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; give 1 when the house could not open."""
    return ending(lambda settings: _serve(settings, operator_of(args)))


def _serve(settings: Settings, operator: Operator) -> int:
    with (
        listen(host=settings.host, port=settings.port) as listener,
        open_house(settings, operator) as house,
    ):
        site = open_site(create_app(house), listener)
        Narrator(settings.language).say(f"网站已打开：{site.url}", f"The site is open: {site.url}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
        finally:
            site.close()
    return 0
