"""A monitor says what is wrong with a log and its chain, the gravest first."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.monitor_metrics import metrics
from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from evidence.merkle import leaf_hash
from ledger import contracts
from ledger.chain import Address, ChainGarbled, ChainUnavailable
from ledger.chain_memory import MemoryChain
from ledger.following import Follower
from ledger.history import PinnedLog
from ledger.log_memory import MemoryLog
from ledger.log_source import LogUnavailable
from ledger.mirror import LogSplit, Mirror
from ledger.monitoring import EvidenceKept, GrowthTakenBack, Kind, Monitor, Report
from tests.ledger.founded import founded_log
from tests.ledger.garbling_chain import DIRTY, GarblingChain
from tests.ledger.grown_log import LEAVES, append, extend, grown_log, pin

ORIGIN = "test.example/log"
ENTRIES = [bytes([number]) for number in range(40)]  # those whose leaves ``grown_log`` anchors

Watch = Callable[..., Report]


@pytest.fixture
def contract(chain: MemoryChain) -> Address:
    """A log of 13 entries on the chain."""
    return grown_log(chain, chain.account)


@pytest.fixture
def pinned(chain: MemoryChain, contract: Address) -> PinnedLog:
    return pin(chain, contract)


@pytest.fixture
def log(log_signer: LocalSigner) -> MemoryLog:
    shown = MemoryLog(ORIGIN, log_signer, ENTRIES)
    shown.show(13)
    return shown


@pytest.fixture
def watch(
    tmp_path: Path, log_signer: LocalSigner, clock: FixedClock, pinned: PinnedLog, chain: MemoryChain
) -> Watch:
    """Begin anew from the folder and look once."""

    def look(
        log: MemoryLog,
        *,
        trusted: PinnedLog = pinned,
        others: tuple[str, ...] = (),
        on: MemoryChain = chain,
    ) -> Report:
        monitor = Monitor(
            tmp_path,
            mirror=Mirror(tmp_path / "log", origin=ORIGIN, key=log_signer.key),
            follower=Follower(tmp_path / "chain.json", trusted),
            clock=clock,
            patience=timedelta(minutes=10),
        )
        return monitor.round(log, on, others=others)

    return look


def kinds(report: Report) -> list[Kind]:
    return [each.kind for each in report.findings]


def test_a_head_that_cannot_be_read_is_a_finding(watch: Watch, log: MemoryLog, chain: MemoryChain) -> None:
    report = watch(log, on=GarblingChain(chain, {contracts.HEAD: DIRTY * 3}))
    assert kinds(report) == [Kind.CHAIN_UNREACHABLE]
    assert isinstance(report.findings[0].error, ChainGarbled)


def test_the_entries_of_these_tests_are_those_on_the_chain() -> None:
    assert [leaf_hash(each) for each in ENTRIES] == LEAVES


def test_a_log_that_keeps_its_word_has_no_findings(
    watch: Watch, log: MemoryLog, chain: MemoryChain, contract: Address
) -> None:
    first = watch(log)
    assert (first.findings, first.log_size, first.anchored_size, first.growths) == ((), 13, 13, 3)
    log.show(20)
    extend(chain, chain.account, contract, 13, 20)
    second = watch(log)
    assert (second.findings, second.anchored_size, second.growths) == ((), 20, 4)


def test_a_chain_that_holds_another_root_is_a_split_view_and_stays_one(
    watch: Watch, log_signer: LocalSigner, tmp_path: Path
) -> None:
    forked = MemoryLog(ORIGIN, log_signer, [ENTRIES[0], b"another", *ENTRIES[2:13]])
    report = watch(forked)
    assert kinds(report) == [Kind.SPLIT_VIEW]
    (kept,) = (tmp_path / "log/evidence").iterdir()
    assert '"root"' in (kept / "shown.note").read_text()
    assert kinds(watch(forked)) == [Kind.SPLIT_VIEW]


def test_what_was_proved_is_told_until_the_evidence_is_moved(
    watch: Watch, log: MemoryLog, log_signer: LocalSigner
) -> None:
    watch(log)
    forked = MemoryLog(ORIGIN, log_signer, [ENTRIES[0], b"another", *ENTRIES[2:13]])
    assert isinstance(watch(forked).findings[0].error, LogSplit)
    assert isinstance(watch(log).findings[0].error, EvidenceKept)


def test_a_rewritten_history_is_told(watch: Watch, log: MemoryLog, log_signer: LocalSigner) -> None:
    watch(log)
    assert kinds(watch(MemoryLog(ORIGIN, log_signer, [b"another", *ENTRIES[1:20]])))[0] is Kind.REWRITTEN


def test_a_checkpoint_that_another_reader_was_shown_is_compared(
    watch: Watch, log: MemoryLog, log_signer: LocalSigner
) -> None:
    elsewhere = MemoryLog(ORIGIN, log_signer, [b"another", *ENTRIES[1:13]]).note
    assert kinds(watch(log, others=(log.note,))) == []
    assert kinds(watch(log, others=(elsewhere,))) == [Kind.SPLIT_VIEW]


def test_a_log_that_shows_another_reader_more_is_told(
    watch: Watch, log: MemoryLog, log_signer: LocalSigner
) -> None:
    more = MemoryLog(ORIGIN, log_signer, ENTRIES).note
    assert kinds(watch(log, others=(more,))) == [Kind.REWRITTEN]


def test_entries_that_the_chain_holds_and_the_log_hides_are_missing(watch: Watch, log: MemoryLog) -> None:
    log.show(11)
    assert kinds(watch(log)) == [Kind.MISSING_ENTRIES]
    log.show(13)
    assert kinds(watch(log)) == []


def test_a_tile_that_is_gone_means_missing_entries(watch: Watch, log: MemoryLog) -> None:
    log.withheld.add((None, 0))
    assert Kind.MISSING_ENTRIES in kinds(watch(log))


def test_a_backlog_is_told_once_it_is_too_old(watch: Watch, log: MemoryLog, clock: FixedClock) -> None:
    watch(log)
    log.show(14)
    assert kinds(watch(log)) == []
    clock.advance(timedelta(minutes=9))
    log.show(15)
    assert kinds(watch(log)) == []
    clock.advance(timedelta(minutes=2))
    report = watch(log)
    assert (kinds(report), report.findings[0].error.facts["waiting"]) == ([Kind.BACKLOG], 2)


def test_a_backlog_that_no_checkpoint_covers_is_told_too(
    watch: Watch, log: MemoryLog, clock: FixedClock, chain: MemoryChain
) -> None:
    """The worker that signs checkpoints also anchors: where it is dead, neither goes on."""
    log.waiting = 2
    assert kinds(watch(log)) == []
    clock.advance(timedelta(minutes=11))
    chain.mine()
    report = watch(log)
    assert (kinds(report), report.findings[0].error.facts["waiting"]) == ([Kind.BACKLOG], 2)
    assert report.waiting_since is not None


def test_a_log_that_does_not_say_what_waits_is_unreachable(
    watch: Watch, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> int:
        raise LogUnavailable(log="memory", reason="-")

    monkeypatch.setattr(log, "recorded", silent)
    assert kinds(watch(log)) == [Kind.LOG_UNREACHABLE]


def test_a_log_that_could_not_be_read_has_not_shrunk(
    watch: Watch, log: MemoryLog, tmp_path: Path, log_signer: LocalSigner
) -> None:
    watch(log)
    more = MemoryLog(ORIGIN, log_signer, ENTRIES).note
    elsewhere = MemoryLog(ORIGIN, log_signer, [b"another", *ENTRIES[1:13]]).note
    log.unreachable = True
    assert kinds(watch(log, others=(more,))) == [Kind.LOG_UNREACHABLE]
    assert not (tmp_path / "log/evidence").exists()
    assert kinds(watch(log, others=(elsewhere,))) == [Kind.SPLIT_VIEW, Kind.LOG_UNREACHABLE]


def test_an_anchored_backlog_is_over(
    watch: Watch, log: MemoryLog, clock: FixedClock, chain: MemoryChain, contract: Address
) -> None:
    log.show(15)
    watch(log)
    clock.advance(timedelta(hours=1))
    append(chain, chain.account, contract, 13, 15)
    assert kinds(watch(log)) == []


@pytest.mark.parametrize("change", [{"chain_id": 7}, {"genesis": bytes(32)}])
def test_another_chain_is_an_unknown_contract(
    watch: Watch, log: MemoryLog, pinned: PinnedLog, change: dict[str, int | bytes]
) -> None:
    other = replace(pinned, **change)  # type: ignore[arg-type]  # the fields named above
    assert Kind.UNKNOWN_CONTRACT in kinds(watch(log, trusted=other))


def test_other_code_is_an_unknown_contract(watch: Watch, log: MemoryLog, pinned: PinnedLog) -> None:
    other = replace(pinned, codes=((pinned.contract, bytes(32)),))
    assert Kind.UNKNOWN_CONTRACT in kinds(watch(log, trusted=other))


def test_a_second_contract_that_the_logs_account_grows_is_unknown(
    watch: Watch, log: MemoryLog, chain: MemoryChain
) -> None:
    watch(log)
    second = founded_log(chain, chain.account)
    append(chain, chain.account, second, 0, 2)
    assert kinds(watch(log)) == [Kind.UNKNOWN_CONTRACT]
    assert watch(log).findings[0].error.facts["contract"] == f"0x{second.hex()}"


def test_a_silent_chain_and_a_silent_log_are_told_apart(
    watch: Watch, log: MemoryLog, chain: MemoryChain
) -> None:
    watch(log)
    chain.unreachable = log.unreachable = True
    assert kinds(watch(log)) == [Kind.CHAIN_UNREACHABLE, Kind.LOG_UNREACHABLE]
    chain.unreachable = False
    assert kinds(watch(log)) == [Kind.LOG_UNREACHABLE]


def test_a_log_with_another_key_is_an_unknown_log(watch: Watch) -> None:
    stranger = MemoryLog(ORIGIN, LocalSigner.generate(Algorithm.EDDSA), ENTRIES[:13])
    assert Kind.UNKNOWN_LOG in kinds(watch(stranger))


def test_a_growth_that_the_chain_takes_back_is_told_until_the_evidence_is_moved(
    watch: Watch, log: MemoryLog, chain: MemoryChain, contract: Address, tmp_path: Path
) -> None:
    chain.remember()
    log.show(15)
    append(chain, chain.account, contract, 13, 15)
    watch(log)
    chain.reorganize()
    assert isinstance(watch(log).findings[0].error, GrowthTakenBack)
    report = watch(log)
    assert (kinds(report), report.anchored_size) == ([Kind.REWRITTEN], 13)
    assert isinstance(report.findings[0].error, EvidenceKept)
    (kept,) = (tmp_path / "log/evidence").iterdir()
    assert '"size": 15' in (kept / "held.note").read_text()
    assert '"size": 13' in (kept / "shown.note").read_text()
    shutil.rmtree(kept)
    assert kinds(watch(log)) == []


def test_a_growth_that_is_not_deep_enough_does_not_count(
    tmp_path: Path, chain: MemoryChain, pinned: PinnedLog
) -> None:
    follower = Follower(tmp_path / "chain.json", pinned, depth=2)
    follower.follow(chain)
    assert follower.growth is not None
    assert follower.growth.size == 11
    chain.mine()
    follower.follow(chain)
    assert [each.size for each in follower.uncompared] == [3, 11, 13]


def test_what_was_kept_of_the_chain_and_cannot_be_read_is_read_anew(
    tmp_path: Path, watch: Watch, log: MemoryLog
) -> None:
    watch(log)
    (tmp_path / "chain.json").write_text("{")
    assert watch(log).growths == 3


def test_what_was_read_is_not_asked_for_again(tmp_path: Path, chain: MemoryChain, pinned: PinnedLog) -> None:
    Follower(tmp_path / "chain.json", pinned).follow(chain)
    asked: list[bytes] = []

    class Watched(MemoryChain):
        def __init__(self) -> None:
            self.__dict__ = chain.__dict__

        def sent(self, transaction: bytes) -> None:
            asked.append(transaction)
            raise ChainUnavailable(endpoint="memory")

    Follower(tmp_path / "chain.json", pinned).follow(Watched())
    assert asked == []


def test_the_metrics_name_every_kind(watch: Watch, log: MemoryLog, chain: MemoryChain) -> None:
    chain.unreachable = True
    text = metrics(watch(log))
    assert 'yinxin_monitor_problem{kind="chain-unreachable"} 1\n' in text
    assert 'yinxin_monitor_problem{kind="split-view"} 0\n' in text
    assert text.count("yinxin_monitor_problem{") == len(Kind)
    assert "yinxin_monitor_log_entries 13\n" in text
