"""``yinxin demo``: the main job without leaving the site open; fails when a step fails. Outputs in var/demo/.

If the city of this folder is open in another process, the job is done there.
"""

import argparse
from importlib import import_module
from pathlib import Path

from api.demonstration.narrator import Narrator
from api.ending import INTERRUPTED, ending
from api.settings import Mode, Settings

NAME = "demo"
HELP = "完成一遍主流程后结束。 Do the main job once and end."

OUTPUTS = Path("demo")
"""Below the folder of the house."""


def configure(_: argparse.ArgumentParser) -> None:
    """Declare no arguments: settings come from the environment."""


def run(_: argparse.Namespace) -> int:
    """Do the main job; give 1 when a step failed."""
    return ending(_do, mode=Mode.DEMONSTRATION)


def load(tell: Narrator) -> None:
    """Import the house, showing that it goes on: seconds when nothing of it is in the computer's memory."""
    tell.say("印信演示城市", "The demonstration city of Yinxin")
    with tell.doing("载入程序", "loading the program"):
        for name in ("api.opening", "api.demonstration.journey"):
            import_module(name)


def addressed(settings: Settings) -> Settings:
    """Print the address that the site is opened at into QR codes, unless another one is set."""
    if "public_url" in settings.model_fields_set or settings.port == 0:
        return settings
    return settings.model_copy(update={"public_url": f"http://localhost:{settings.port}"})


def _do(settings: Settings) -> int:
    tell = Narrator(settings.language)
    load(tell)
    from api.demonstration.journey import Journey  # noqa: PLC0415  what load() has brought in
    from api.opening import CityOpen, address_of_open_city, open_city  # noqa: PLC0415  the same

    outputs = settings.folder / OUTPUTS
    # The codes carry the address at which make run opens; this site takes any free port beside it.
    beside = addressed(settings).model_copy(update={"port": 0})
    try:
        try:
            with open_city(beside, tell) as city:
                if city.problem is not None:
                    raise city.problem
                Journey(city.url, outputs, tell).run()
        except CityOpen:
            url = address_of_open_city(settings.folder, tell)
            tell.say(
                f"城市已在 {url} 打开，就在那里办理。", f"The city is open at {url}; the job is done there."
            )
            Journey(url, outputs, tell).run()
    except KeyboardInterrupt:
        tell.say("已中断；此前记录的都已保留。", "Interrupted; what was recorded before is kept.")
        return INTERRUPTED
    tell.say(f"主流程完成，产出在 {outputs}/", f"The main job is done; its outputs are in {outputs}/")
    return 0
