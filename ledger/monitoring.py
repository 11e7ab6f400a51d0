"""Monitoring: what somebody outside sees of a log and its chain, with no access to the database.

A round asks the chain first and the log second: the log signs before it anchors, so whatever the chain holds
the log must show. Then the two are compared, growth by growth. Findings are ordered by how grave they are;
the gravest decides the exit code.

    monitor = Monitor(folder, mirror=mirror, follower=follower, clock=clock, patience=timedelta(minutes=10))
    report = monitor.round(log, chain)
    report.worst
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path

from evidence.clock import Clock
from evidence.errors import Invalid, Malformed, SignatureInvalid, Unavailable, YinxinError
from ledger.chain import ChainRefused, ChainUnavailable, LedgerDiffers
from ledger.chain_history import ChainHistory
from ledger.durable import write_over
from ledger.following import Follower
from ledger.history import HistoryDoesNotFollow, HistoryIncomplete
from ledger.log_source import LogSource, LogUnavailable
from ledger.mirror import LogEntriesMissing, LogRewritten, LogShrunk, LogSplit, Mirror
from ledger.mirror_evidence import EvidenceKind

_BACKLOG_MARKS = 64  # moments kept of a growing backlog; the first one decides its age


class Kind(IntEnum):
    """What can be wrong, the gravest first; the value is the exit code of ``yinxin monitor``."""

    SPLIT_VIEW = 10
    REWRITTEN = 11
    UNKNOWN_CONTRACT = 12
    UNKNOWN_LOG = 13
    FALSE_NODE = 14
    MISSING_ENTRIES = 15
    CHAIN_UNREACHABLE = 16
    LOG_UNREACHABLE = 17
    BACKLOG = 18


class EvidenceKept(Invalid):
    """The log contradicted itself at some time, and nobody has moved the evidence away."""

    code = "log-evidence-kept"
    zh = "{folder} 中保存着账本自相矛盾的证据；查清之后请将其移走，在此之前一直报警。"
    en = "Evidence that the log contradicted itself lies in {folder}; move it away once it is dealt with."


class ContractUnknown(Invalid):
    """An account of the log grew a contract that nobody pinned. Facts: ``contract``."""

    code = "contract-unknown"
    zh = "账本的提交账户还在增长另一份合约 {contract}，而信任文件没有它；请向账本运营方查问。"
    en = "An account of the log also grows contract {contract}, which the trust file does not name; ask why."


class GrowthTakenBack(Invalid):
    """The chain no longer holds a growth that was final."""

    code = "growth-taken-back"
    zh = "链上撤回了已成定局的账本增长；请核对所连节点，并检查 --depth 是否足够。"
    en = "The chain took back a growth that was final; check the node, and whether --depth is deep enough."


class LogBehindChain(Invalid):
    """The log shows fewer entries than the chain holds. Facts: ``shown``, ``anchored``."""

    code = "log-behind-chain"
    zh = "账本只出示 {shown} 条记录，链上已有 {anchored} 条；请向账本运营方索要缺少的记录。"
    en = "The log shows {shown} entries, and the chain holds {anchored}; ask for those that are missing."


class BacklogTooOld(Unavailable):
    """Entries wait for the chain longer than they may. Facts: ``waiting``, ``since``."""

    code = "backlog-too-old"
    zh = "有 {waiting} 条记录自 {since} 起尚未上链；请检查后台任务、链账户与节点。"
    en = "{waiting} entries have waited for the chain since {since}; check the worker, its account, the node."


_KINDS: tuple[tuple[type[YinxinError], Kind], ...] = (
    (LogSplit, Kind.SPLIT_VIEW),
    (LogRewritten, Kind.REWRITTEN),
    (LogShrunk, Kind.REWRITTEN),
    (GrowthTakenBack, Kind.REWRITTEN),
    (LedgerDiffers, Kind.UNKNOWN_CONTRACT),
    (ContractUnknown, Kind.UNKNOWN_CONTRACT),
    (HistoryIncomplete, Kind.FALSE_NODE),
    (HistoryDoesNotFollow, Kind.FALSE_NODE),
    (LogEntriesMissing, Kind.MISSING_ENTRIES),
    (LogBehindChain, Kind.MISSING_ENTRIES),
    (ChainUnavailable, Kind.CHAIN_UNREACHABLE),
    (ChainRefused, Kind.CHAIN_UNREACHABLE),
    (LogUnavailable, Kind.LOG_UNREACHABLE),
    (SignatureInvalid, Kind.UNKNOWN_LOG),
    (Malformed, Kind.UNKNOWN_LOG),
    (BacklogTooOld, Kind.BACKLOG),
)
_KEPT = {
    EvidenceKind.SPLIT: Kind.SPLIT_VIEW,
    EvidenceKind.REWRITTEN: Kind.REWRITTEN,
    EvidenceKind.TAKEN_BACK: Kind.REWRITTEN,
}
"""What is told until somebody moves it away; a log that only shrank is told of for as long as it is short."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and its sentence."""

    kind: Kind
    error: YinxinError


@dataclass(frozen=True, slots=True)
class Report:
    """What a round saw: sizes in entries, ``waiting`` since when the oldest of them is not anchored."""

    findings: tuple[Finding, ...]
    log_size: int
    anchored_size: int
    growths: int
    block_number: int | None
    waiting_since: datetime | None
    at: datetime

    @property
    def worst(self) -> Kind | None:
        """The gravest of what is wrong, or None when all is well."""
        return self.findings[0].kind if self.findings else None


class Monitor:
    """Watches one log and its chain; ``patience`` is how long an entry may wait to be anchored.

    An entry waits from the moment at which the log's checkpoint covers it, or the log says that it has it:
    the worker that signs checkpoints is also the one that anchors, and may be the one that stands still.
    """

    def __init__(
        self, folder: Path, *, mirror: Mirror, follower: Follower, clock: Clock, patience: timedelta
    ) -> None:
        self._file = folder / "backlog.json"
        self._mirror = mirror
        self._follower = follower
        self._clock = clock
        self._patience = patience

    def round(self, log: LogSource, chain: ChainHistory, *, others: tuple[str, ...] = ()) -> Report:
        """Look once; ``others`` are checkpoints that somebody else was shown."""
        found: list[YinxinError] = []

        def looked(look: Callable[[], object]) -> bool:
            try:
                look()
            except (Invalid, Unavailable) as error:
                found.append(error)
                return False
            return True

        looked(lambda: self._follower.follow(chain))
        newest = looked(lambda: self._mirror.grow(log))
        sizes = [self._mirror.size]
        if newest:
            looked(lambda: sizes.append(log.recorded() or 0))
        recorded = max(sizes)
        looked(lambda: self._compare(others, newest=newest))
        found.extend(self._differences())
        now = self._clock.now()
        since = self._waiting_since(now, recorded)
        waiting = recorded - self._anchored()
        if since is not None and now - since > self._patience:
            found.append(BacklogTooOld(waiting=waiting, since=since))
        findings = [Finding(_kind(error), error) for error in found]
        findings += self._kept({each.kind for each in findings})
        seen = self._follower.growth
        return Report(
            findings=tuple(sorted(findings, key=lambda each: each.kind)),
            log_size=self._mirror.size,
            anchored_size=self._anchored(),
            growths=seen.seq if seen else 0,
            block_number=self._follower.block_number,
            waiting_since=since,
            at=now,
        )

    def _anchored(self) -> int:
        return self._follower.growth.size if self._follower.growth else 0

    def _compare(self, others: tuple[str, ...], *, newest: bool) -> None:
        """Compare the log with the chain, growth by growth, and with what others were shown.

        Raises:
            LogSplit, LogRewritten, LogShrunk: they differ; the evidence is kept.
        """
        for head in self._follower.uncompared:
            if head.size > self._mirror.size:
                break
            if self._mirror.root_at(head.size) != head.root:
                self._mirror.contradicted(head.size, self._follower.told(head))
            self._follower.compared(up_to=head.size)
        for note in others:
            self._mirror.compare(note, newest=newest)

    def _differences(self) -> Iterator[YinxinError]:
        gone = self._follower.taken_back
        if gone is not None:
            self._mirror.evidence.keep(EvidenceKind.TAKEN_BACK, held=gone.gone, shown=gone.instead)
            yield GrowthTakenBack()
        for contract in self._follower.strangers:
            yield ContractUnknown(contract=f"0x{contract.hex()}")
        if self._anchored() > self._mirror.size:
            yield LogBehindChain(shown=self._mirror.size, anchored=self._anchored())

    def _kept(self, told: set[Kind]) -> Iterator[Finding]:
        """Give what was proved once and is not told already."""
        for kept in self._mirror.evidence.kept():
            kind = _KEPT.get(kept)
            if kind is not None and kind not in told:
                yield Finding(kind, EvidenceKept(folder=self._mirror.evidence.folder))

    def _waiting_since(self, now: datetime, recorded: int) -> datetime | None:
        """Give when the oldest entry that is not anchored was first seen."""
        marks = [(size, at) for size, at in self._marks() if size > self._anchored()]
        last = marks[-1][0] if marks else self._anchored()
        if recorded > last and len(marks) < _BACKLOG_MARKS:
            marks.append((recorded, now))
        written = [[size, at.isoformat()] for size, at in marks]
        write_over(self._file, json.dumps(written).encode())
        return marks[0][1] if marks else None

    def _marks(self) -> list[tuple[int, datetime]]:
        try:
            return [
                (int(size), datetime.fromisoformat(at)) for size, at in json.loads(self._file.read_bytes())
            ]
        except (FileNotFoundError, ValueError, TypeError):
            return []


def _kind(error: YinxinError) -> Kind:
    return next(kind for of, kind in _KINDS if isinstance(error, of))
