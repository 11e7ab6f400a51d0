"""``yinxin demo``: the main job without leaving the site open; fails when a step fails. Outputs in var/demo/.

If the city of this folder is open in another process, the job is done there.
"""

import argparse
import sys
from pathlib import Path

from api.demonstration.journey import Journey
from api.demonstration.narrator import Narrator
from api.opening import CityOpen, open_city
from api.settings import Mode, Settings
from evidence.errors import Language, YinxinError

NAME = "demo"
HELP = "完成一遍主流程后结束。 Do the main job once and end."

OUTPUTS = Path("var/demo")


def configure(_: argparse.ArgumentParser) -> None:
    """Declare no arguments: settings come from the environment."""


def report(error: YinxinError, language: Language) -> None:
    """Print why it did not work, in one sentence."""
    sys.stderr.write(error.sentence(language) + "\n")


def run(_: argparse.Namespace) -> int:
    """Do the main job; give 1 when a step failed."""
    settings = Settings(mode=Mode.DEMONSTRATION, port=0)
    tell = Narrator(settings.language)
    try:
        try:
            with open_city(settings, tell) as city:
                Journey(city.url, OUTPUTS, tell).run()
        except CityOpen as opened:
            url = str(opened.facts["url"])
            tell.say(
                f"城市已在 {url} 打开，就在那里办理。", f"The city is open at {url}; the job is done there."
            )
            Journey(url, OUTPUTS, tell).run()
    except YinxinError as error:
        report(error, settings.language)
        return 1
    tell.say(f"主流程完成，产出在 {OUTPUTS}/", f"The main job is done; its outputs are in {OUTPUTS}/")
    return 0
