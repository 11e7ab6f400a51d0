"""Arguments that a command cannot be called with, told in one sentence a language, with what to do next.

The words of :mod:`argparse` are English; here they are read and said again. What it may say in another
release is told as a call that is not understood.

    parser = UsageParser(prog="yinxin", languages=languages_asked_for(arguments))
"""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from evidence.errors import Language, Term

UNUSABLE_ARGUMENTS = 2
"""Exit code for arguments that cannot be used, as argparse has it."""

_FAULTS = (
    (r"the following arguments are required: (.+)", "缺少参数 {0}", "{0} is missing"),
    (r"unrecognized arguments: (.+)", "不认识参数 {0}", "{0} is not known"),
    (r"argument (\S+): expected .+", "参数 {0} 缺少值", "{0} lacks its value"),
    (
        r"argument (\S+): invalid choice: (.+?) \(choose from (.+)\)",
        "参数 {0} 不能是 {1}，可选 {2}",
        "{0} cannot be {1}; choose from {2}",
    ),
    (r"argument (\S+): invalid .+ value: (.+)", "参数 {0} 不能是 {1}", "{0} cannot be {1}"),
)


def languages_asked_for(arguments: Sequence[str]) -> tuple[Language, ...]:
    """Give the language that ``--lang`` names among ``arguments``, else both, Chinese first."""
    named = re.search(r"(?:^| )--lang[ =](zh|en)(?: |$)", " ".join(arguments))
    if named is None:
        return ("zh", "en")
    return ("en",) if named[1] == "en" else ("zh",)


def fault(message: str) -> Term:
    """Say in both languages what argparse means by ``message``."""
    for pattern, zh, en in _FAULTS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return Term(zh.format(*found.groups()), en.format(*found.groups()))
    return Term("参数无法识别", "the arguments are not understood")


class UsageParser(argparse.ArgumentParser):
    """A parser that tells its errors in ``languages``, a line each."""

    def __init__(self, *args: Any, languages: tuple[Language, ...] = ("zh", "en"), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = languages

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and end with ``UNUSABLE_ARGUMENTS``."""
        wrong = fault(message)
        said: dict[Language, str] = {
            "zh": f"{self.prog}：{wrong.zh}；用法请运行 {self.prog} --help 查看。",
            "en": f"{self.prog}: {wrong.en}; run {self.prog} --help for what it takes.",
        }
        sys.stderr.write("".join(said[language] + "\n" for language in self.languages))
        sys.exit(UNUSABLE_ARGUMENTS)
