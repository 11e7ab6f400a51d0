"""``yinxin run``: open the demonstration city, run the main job the first time, and leave the site open."""

import argparse
import threading

from api.commands.demo import OUTPUTS, addressed, load
from api.demonstration.narrator import Narrator
from api.ending import ending
from api.settings import Mode, Settings

NAME = "run"
HELP = "打开演示城市并保持网站开放。 Open the demonstration city and leave its site open."


def configure(_: argparse.ArgumentParser) -> None:
    """Declare no arguments: settings come from the environment."""


def run(_: argparse.Namespace) -> int:
    """Open the city until Ctrl-C; give 1 when it could not open or the main job failed."""
    return ending(_open, mode=Mode.DEMONSTRATION)


def _open(settings: Settings) -> int:
    tell = Narrator(settings.language)
    load(tell)
    from api.demonstration.journey import Journey, done_before  # noqa: PLC0415  what load() has brought in
    from api.opening import open_city  # noqa: PLC0415  the same
    from api.site import settle  # noqa: PLC0415  the same

    outputs = settings.folder / OUTPUTS
    try:
        with open_city(addressed(settings), tell) as city:
            if city.problem is not None:
                tell.say(city.problem.sentence("zh"), city.problem.sentence("en"))
                tell.say(
                    "主流程需要链，本次先不执行；网站照常开放，事实照常记录，标为“尚未上链”。",
                    "The main job needs the chain and waits for another start; the site is open, and facts "
                    "are recorded as not yet anchored.",
                )
            elif done_before(outputs):
                tell.say(
                    f"主流程此前已完成，记录全部保留；产出在 {outputs}/",
                    f"The main job was done before and all is kept; its outputs are in {outputs}/",
                )
            else:
                Journey(city.url, outputs, tell).run()
            settle()
            _invite(city.url, tell)
            try:
                threading.Event().wait()
            finally:
                tell.say("正在关闭……", "Closing…")
    except KeyboardInterrupt:
        tell.say("已关闭，记录保留在文件夹中。", "Closed; all that was recorded is kept.")
    return 0


def _invite(url: str, tell: Narrator) -> None:
    tell.say(f"网站已打开：{url}", f"The site is open: {url}")
    tell.say(
        f"  工程师   {url}/engineer （选“林知远”）\n  企业     {url}/firm （选“设计院经办人”或“沈若华”）\n"
        f"  发证机关 {url}/agency\n  执法人员 {url}/officer\n按 Ctrl-C 关闭。",
        f"  engineer  {url}/engineer  (enter as Lin Zhiyuan)\n"
        f"  firm      {url}/firm  (the clerk, or Shen Ruohua)\n"
        f"  agency    {url}/agency\n  officer   {url}/officer\nCtrl-C closes it.",
    )
