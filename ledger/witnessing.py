"""Witnessing: an organization countersigns only what it has itself mirrored, recomputed and compared.

A signature cannot be taken back, so what is to be signed is remembered on disk before it is signed. A
proposal is refused, by name, when it is of another chain or contract, out of turn, not what the mirror holds,
smaller than what was signed before, or one that does not begin with what was signed for the same growth; and
whatever it is, while there is evidence that the log contradicted itself.

A second, larger checkpoint for the same growth is signed: a log that lost its database asks anew and does not
know what it had asked for. The mirror begins with both, and the contract takes one growth of a number, so no
fork follows from it.

    witness = Witness(folder, mirror=mirror, pinned=pinned, account=account)
    signature = witness.sign(proposal, chain)
"""

import json
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import Invalid, Refused
from ledger import contracts
from ledger.chain_history import ChainHistory
from ledger.countersigning import Proposal
from ledger.durable import write_over
from ledger.history import PinnedLog, check_chain
from ledger.mirror import Mirror
from ledger.mirror_evidence import EvidenceKind
from ledger.transactions import ChainAccount

_REMEMBERED = 1_000  # growths; no chain takes back so many


class LogDistrusted(Refused):
    """There is evidence that the log contradicted itself. Facts: ``folder``."""

    code = "log-distrusted"
    zh = "{folder} 中保存着账本自相矛盾的证据，见证方不再签署；查清之后将其移走，才会恢复。"
    en = "Evidence that the log contradicted itself lies in {folder}; nothing is signed until it is moved."


class ProposalOfAnotherLog(Refused):
    """The proposal names another chain or contract than was pinned."""

    code = "proposal-of-another-log"
    zh = "待会签的检查点不属于信任文件指定的链与合约，未签署；请核对信任文件。"
    en = "The proposal is of another chain or contract than the trust file pins; it was not signed."


class ProposalOutOfTurn(Refused):
    """The proposal is not for the next growth. Facts: ``seq``, ``expected``."""

    code = "proposal-out-of-turn"
    zh = "待会签的是第 {seq} 次增长，而链上接下来是第 {expected} 次，未签署；下一轮再看。"
    en = "The proposal is for growth {seq}, and the chain's next is {expected}; it was not signed."


class ProposalNotMirrored(Refused):
    """The mirror has another root for this size, or not so many entries. Facts: ``size``."""

    code = "proposal-not-mirrored"
    zh = "待会签的 {size} 条记录与自己的镜像不符，未签署；请与其他机构核对。"
    en = "The proposed {size} entries are not what the mirror holds; it was not signed. Compare with others."


class ProposalShrinks(Refused):
    """The proposal covers less than was signed before. Facts: ``size``, ``signed``."""

    code = "proposal-shrinks"
    zh = "待会签的只有 {size} 条记录，少于已签过的 {signed} 条，未签署；请与其他机构核对。"
    en = "The proposal covers {size} entries, fewer than the {signed} signed before; it was not signed."


class ProposalChanged(Refused):
    """What was signed for the same growth is no beginning of the proposal. Facts: ``seq``."""

    code = "proposal-changed"
    zh = "第 {seq} 次增长已签过另一个检查点，而此次提议并非由它延续而来，未签署；请与其他机构核对。"
    en = "The proposal does not begin with what was signed for growth {seq}; it was not signed. Compare."


class SignedUnreadable(Invalid):
    """What was signed cannot be read, so nothing more is. Facts: ``file``."""

    code = "signed-unreadable"
    zh = "记录已签内容的文件 {file} 无法读出，为防重复签署已停止；请从备份恢复该文件。"
    en = "The file {file} of what was signed cannot be read, so nothing more is; restore it from a backup."


@dataclass(frozen=True, slots=True)
class _Signed:
    """The ``largest`` size ever signed, and size and root (hexadecimal) of the last growths signed."""

    largest: int
    growths: dict[int, tuple[int, str]]


class Witness:
    """Signs for one organization with ``account``; ``folder`` remembers what was signed."""

    def __init__(self, folder: Path, *, mirror: Mirror, pinned: PinnedLog, account: ChainAccount) -> None:
        self._file = folder / f"signed-{pinned.chain_id}-{pinned.contract.hex()}.json"
        self._mirror = mirror
        self._pinned = pinned
        self._account = account

    def sign(self, proposal: Proposal, chain: ChainHistory) -> bytes:
        """Give the signature over ``proposal``, 65 bytes, once everything was checked.

        Raises:
            LogDistrusted, ProposalOfAnotherLog, ProposalOutOfTurn, ProposalNotMirrored, ProposalShrinks,
                ProposalChanged: it is not signed.
            LogSplit: the chain holds another root than the mirror; the evidence is kept.
            LedgerDiffers: the chain is not the pinned one.
            SignedUnreadable: what was signed before is not known.
            ChainUnavailable, ChainRefused: the chain does not answer.
        """
        if {EvidenceKind.SPLIT, EvidenceKind.REWRITTEN} & set(self._mirror.evidence.kept()):
            raise LogDistrusted(folder=self._mirror.evidence.folder)
        if (proposal.chain_id, proposal.contract) != (self._pinned.chain_id, self._pinned.contract):
            raise ProposalOfAnotherLog
        self._compare(proposal, chain)
        signed = self._signed()
        if proposal.size < signed.largest:
            raise ProposalShrinks(size=proposal.size, signed=signed.largest)
        self._require_continued(signed, proposal)
        self._remember(signed, proposal)
        return proposal.sign(self._account)

    def _compare(self, proposal: Proposal, chain: ChainHistory) -> None:
        """Hold the proposal against the chain's head and the mirror."""
        check_chain(chain, self._pinned)
        head = contracts.head(chain.read(self._pinned.contract, contracts.HEAD).value)
        if head.size <= self._mirror.size and self._mirror.root_at(head.size) != head.root:
            told = {"contract": self._pinned.contract.hex(), "seq": head.growths, "root": head.root.hex()}
            self._mirror.contradicted(head.size, json.dumps(told, indent=1) + "\n")
        if proposal.seq != head.growths + 1:
            raise ProposalOutOfTurn(seq=proposal.seq, expected=head.growths + 1)
        if not head.size < proposal.size <= self._mirror.size:
            raise ProposalNotMirrored(size=proposal.size)
        if self._mirror.root_at(proposal.size) != proposal.root:
            raise ProposalNotMirrored(size=proposal.size)

    def _require_continued(self, signed: _Signed, proposal: Proposal) -> None:
        """See that the mirror, which holds the proposal, begins with what was signed for the same growth."""
        size, root = signed.growths.get(proposal.seq, (proposal.size, proposal.root.hex()))
        forgotten = proposal.seq < min(signed.growths, default=0)
        if forgotten or size > proposal.size or self._mirror.root_at(size).hex() != root:
            raise ProposalChanged(seq=proposal.seq)

    def _signed(self) -> _Signed:
        try:
            kept = json.loads(self._file.read_bytes())
            growths = {int(seq): (int(size), str(root)) for seq, (size, root) in kept["growths"].items()}
            return _Signed(int(kept["largest"]), growths)
        except FileNotFoundError:
            return _Signed(0, {})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignedUnreadable(file=self._file) from error

    def _remember(self, signed: _Signed, proposal: Proposal) -> None:
        growths = {**signed.growths, proposal.seq: (proposal.size, proposal.root.hex())}
        last = dict(sorted(growths.items())[-_REMEMBERED:])
        written = {"largest": max(signed.largest, proposal.size), "growths": last}
        write_over(self._file, json.dumps(written, indent=1).encode())
