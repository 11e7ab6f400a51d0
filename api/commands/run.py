"""``yinxin run``: open the demonstration city, run the main job the first time, and leave the site open."""

import argparse
import signal
import sys
import threading

from api.commands.demo import OUTPUTS, report
from api.demonstration.journey import Journey
from api.demonstration.narrator import Narrator
from api.opening import open_city
from api.settings import Mode, Settings
from evidence.errors import YinxinError
from signing.certificates import certificates_of

NAME = "run"
HELP = "打开演示城市并保持网站开放。 Open the demonstration city and leave its site open."


def configure(_: argparse.ArgumentParser) -> None:
    """Declare no arguments: settings come from the environment."""


def run(_: argparse.Namespace) -> int:
    """Open the city until Ctrl-C; give 1 when it could not open or the main job failed."""
    settings = Settings(mode=Mode.DEMONSTRATION)
    tell = Narrator(settings.language)
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    try:
        with open_city(settings, tell) as city:
            with city.house.database.transaction() as session:
                recorded = certificates_of(session, agency=city.house.operator)
            if recorded:
                tell.say(
                    f"主流程此前已完成，记录保留：证照 {len(recorded)} 张。",
                    f"The main job was done before and its records are kept: {len(recorded)} certificate(s).",
                )
            else:
                Journey(city.url, OUTPUTS, tell).run()
            _invite(city.url, tell)
            ended.wait()
            tell.say("正在关闭……", "Closing…")
    except YinxinError as error:
        report(error, settings.language)
        return 1
    return 0


def _invite(url: str, tell: Narrator) -> None:
    tell.say(f"网站已打开：{url}", f"The site is open: {url}")
    tell.say(
        f"  工程师  {url}/engineer （选“林知远”）\n  企业    {url}/firm （选“设计院经办人”或“沈若华”）\n"
        f"  发证机关 {url}/agency\n  执法人员 {url}/officer\n按 Ctrl-C 关闭。",
        f"  engineer  {url}/engineer  (enter as Lin Zhiyuan)\n"
        f"  firm      {url}/firm  (the clerk, or Shen Ruohua)\n"
        f"  agency    {url}/agency\n  officer   {url}/officer\nCtrl-C closes it.",
    )
    sys.stdout.flush()
