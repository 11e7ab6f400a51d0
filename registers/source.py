"""The port to the registers, whoever reaches them.

Adapters: :mod:`registers.source_http` asks the authorities' services; :mod:`registers.scripted` is a double
that holds a few records.

    answer = source.ask(about_person(name="林知远", citizen_number=number))
"""

from collections.abc import Mapping
from typing import Protocol

from registers.answers import Answer, Authority
from registers.questions import Question, Register


class RegisterSource(Protocol):
    """Asks registers and gives their answers, each read against the pinned key of its authority."""

    @property
    def double(self) -> bool:
        """True for a shipped double, which production refuses."""
        ...

    @property
    def authorities(self) -> Mapping[Register, Authority]:
        """Who keeps each register, with the key that its answers are checked against."""
        ...

    def ask(self, question: Question) -> Answer:
        """Ask ``question``; outside of any transaction, because it takes what the network takes.

        Raises:
            RegisterSilent: no answer came in time.
            RegisterNotGenuine: what came is not the register's answer to this question.
        """
        ...
