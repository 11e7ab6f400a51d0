"""The desk where codes are verified online: those who ask at once are answered together.

A round reads the agency's record by one transaction and the chain's register by one reading, for all who
wait; whoever comes meanwhile waits for the next round. Nobody is told what was read before they asked, so an
answer is as fresh as one asked for alone; what is saved is the journey, which a hundred officers a second
would make a hundred times.

    desk = VerificationDesk(house)
    report = await desk.verified(code)          # one code, together with whoever else asks
    reports = desk.verified_all(codes)          # many codes of one caller
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from starlette.concurrency import run_in_threadpool

from api.house import House
from api.language import sentence
from api.trust import PinnedTrust
from api.witness import ChainWord, Consulted, OnlineWitness, Shown, StateTold, consult, read_register
from evidence import canonical
from evidence.canonical import Value
from evidence.errors import CIVIL_TIME, Language, QrAltered, QrUnknown, Unavailable
from evidence.shown_codes import ShownCode, read_shown
from ledger.chain import Address
from verify.qr import verify_qr

LONGEST_CODE = 4096  # characters; the largest code that is read has 2,140 digits behind its address
ROUND = 100  # codes at most that are answered together
MOST_WAITING = 2000  # codes; some two seconds of work
SLOW_SECONDS, SILENT_SECONDS = 1.0, 10.0
"""A chain that took longer than the first to give no answer is not asked again during the second."""

_Waiting = tuple[str, asyncio.Future[bytes]]


class VerificationBusy(Unavailable):
    """More codes wait than can be answered soon."""

    code = "verification-busy"
    zh = "此刻联网核验的人太多，没有轮到这一次；请几秒后再试，本机核验不受影响。"
    en = "Too many verify online just now; try again in a few seconds. Verifying on the device still works."


class VerificationDesk:
    """Verifies codes for a house; ``trust`` is what it verifies by."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.trust = PinnedTrust(house)
        self._waiting: list[_Waiting] = []
        self._rounds: asyncio.Task[None] | None = None
        self._silent_until = 0.0

    async def verified(self, code: str) -> bytes:
        """Verify the text of a code; give the answer as canonical JSON.

        Raises:
            QrUnknown: it is not the code of a certificate.
            VerificationBusy: too many wait.
            Unavailable: the record could not be asked.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise VerificationBusy
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._waiting.append((code, answer))
        if self._rounds is None or self._rounds.done():
            self._rounds = loop.create_task(self._answer_all())
        return await answer

    def verified_all(self, codes: Sequence[str]) -> list[dict[str, Value] | None]:
        """Verify many codes at one moment, in their order; None for a text that is no certificate's code."""
        reports: list[dict[str, Value] | None] = []
        for found in self._verified_all(codes):
            if isinstance(found, Exception) and not isinstance(found, QrUnknown):
                raise found
            reports.append(None if isinstance(found, Exception) else found)
        return reports

    async def _answer_all(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[:ROUND], self._waiting[ROUND:]
            try:
                answers = await run_in_threadpool(self._answers, [code for code, _ in asked])
            except Exception as error:  # noqa: BLE001  whoever waits is told, and the doorkeeper logs it
                answers = [error] * len(asked)
            for (_, waiting), answer in zip(asked, answers, strict=True):
                if waiting.done():  # whoever asked has gone
                    continue
                if isinstance(answer, Exception):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)

    def _answers(self, codes: Sequence[str]) -> list[bytes | Exception]:
        return [
            each if isinstance(each, Exception) else canonical.to_json(each)
            for each in self._verified_all(codes)
        ]

    def _verified_all(self, codes: Sequence[str]) -> list[dict[str, Value] | Exception]:
        """Verify many codes; where one fails, its error stands in its place and the others have theirs."""
        at = self._house.clock.now()
        texts = [code.strip() for code in codes]
        read = {code: found for code in set(texts) if (found := _read(code)) is not None}
        with self._house.database.transaction() as session:
            _, pinned = self.trust.read(session)
            known = consult(session, list(read.values()), at=at)
        shown = self._shown(Address(pinned.chain.status_contract), known)
        reports: list[dict[str, Value] | Exception] = []
        for code in texts:
            witness = OnlineWitness(known, shown)
            try:
                report = verify_qr(_short(code), pinned, as_of=at, witness=witness, copies=witness)
                reports.append({**report.members(), "witness": _told(witness, now=at)})
            except Exception as error:  # noqa: BLE001  told to whoever asked for this code
                reports.append(error)
        return reports

    def _shown(self, register: Address, known: Consulted) -> Shown:
        """Ask the chain, unless it kept others waiting just now and said nothing."""
        if time.monotonic() < self._silent_until:
            return ChainWord.UNREACHABLE
        began = time.monotonic()
        shown = read_register(self._house, register, known)
        if shown is ChainWord.UNREACHABLE and time.monotonic() - began > SLOW_SECONDS:
            self._silent_until = time.monotonic() + SILENT_SECONDS
        return shown


def _short(code: str) -> str:
    if len(code) > LONGEST_CODE:
        raise QrUnknown
    return code


def _read(code: str) -> ShownCode | None:
    try:
        return read_shown(_short(code))
    except (QrUnknown, QrAltered):
        return None


def _told(witness: OnlineWitness, *, now: datetime) -> Value:
    if witness.word is None:
        return None
    key = f"witness.{witness.word}"
    block: dict[str, object] = {}
    told: dict[str, Value] = {"block_time": None, "block_age_seconds": None}
    if witness.block is not None and witness.block_time is not None:
        age = max(int((now - witness.block_time).total_seconds()), 0)
        civil = witness.block_time.astimezone(CIVIL_TIME)
        block = {"block": witness.block, "time": f"{civil:%Y-%m-%d %H:%M:%S}", "age": age}
        told = {"block_time": witness.block_time.isoformat(), "block_age_seconds": age}
    state = witness.told
    members: dict[str, Value] = {
        **told,
        "state": None if state is None else _state(state),
        "word": witness.word.value,
        "block": witness.block,
        "zh": sentence(key, "zh", **block) + ("" if state is None else _said(state, "zh")),
        "en": sentence(key, "en", **block) + ("" if state is None else f" {_said(state, 'en')}"),
    }
    return members


def _state(told: StateTold) -> dict[str, Value]:
    return {
        "zh": told.words.zh,
        "en": told.words.en,
        "code": told.code,
        "since": told.since.isoformat(),
        "reason": int(told.reason),
        "reason_zh": told.reason.term.zh,
        "reason_en": told.reason.term.en,
    }


def _said(told: StateTold, language: Language) -> str:
    since = f"{told.since.astimezone(CIVIL_TIME):%Y-%m-%d %H:%M:%S}"
    words, reason = (each.zh if language == "zh" else each.en for each in (told.words, told.reason.term))
    return sentence("witness.state", language, state=words, since=since, reason=reason)
