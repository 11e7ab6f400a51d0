"""``yinxin organization``: what an organization does on the registry of organizations, with its own key.

yinxin organization show --chain RPC --trust FILE
yinxin organization grant --organization USCC --key 0xACCOUNT --role witness --chain … --trust … --key-file …
yinxin organization revoke | compromised | quorum | unpause | administrators | delay | guardian | successor …
                                                                   each makes a proposal and prints its id
yinxin organization approve | execute | cancel ID …
yinxin organization pause …                                        the guardian, at once

Exit codes: 0 done; 3 it could not begin, or the registry refused.
"""

import argparse
import sys
from pathlib import Path

from api import proposing
from api.commands.witness import account_in
from api.proposing import ArgumentUnfit
from api.watching import ending, language, pinned_log, read
from evidence.clock import SystemClock
from evidence.errors import Language, Refused
from ledger import governing, registry
from ledger.chain import Address, Chain
from ledger.chain_web3 import Web3Chain
from ledger.governing import Standing
from ledger.history import check_chain
from ledger.registry import ProposalState, Role
from ledger.transactions import ChainAccount
from verify.trust import TrustAnchors

NAME = "organization"
HELP = "在链上登记中提议、批准、执行与查看。 Propose, approve, execute and see what governs the chain."

PROPOSING = (
    *("grant", "revoke", "compromised", "quorum", "unpause"),
    *("administrators", "delay", "guardian", "successor"),
)
DECIDING = ("approve", "execute", "cancel")
_ID_BYTES = 32

_STATES = {
    ProposalState.UNKNOWN: ("不存在", "unknown"),
    ProposalState.OPEN: ("待批准", "open"),
    ProposalState.READY: ("已批准", "approved"),
    ProposalState.EXECUTED: ("已执行", "executed"),
    ProposalState.CANCELLED: ("已撤回", "taken back"),
    ProposalState.LAPSED: ("已失效", "lapsed"),
}


class RegistryUnpinned(Refused):
    """The trust file names no registry of organizations."""

    code = "registry-unpinned"
    zh = "信任文件没有写明链上的机构登记合约；请重新获取信任文件。"
    en = "The trust file names no registry of organizations; fetch it again."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the act, and by whom."""
    acts = ("show", *PROPOSING, *DECIDING, "pause")
    parser.add_argument("act", choices=acts, help="做什么 what is done")
    parser.add_argument("id", nargs="?", help="提议编号 id of a proposal (approve, execute, cancel)")
    parser.add_argument("--chain", required=True, metavar="RPC", help="链节点网址 JSON-RPC of your own node")
    parser.add_argument("--trust", type=Path, required=True, metavar="FILE", help="信任文件 trust file")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="本机构链账户密钥 your account's key")
    parser.add_argument("--organization", metavar="USCC", help="统一社会信用代码 credit code")
    parser.add_argument("--key", metavar="0x…", help="账户，或语句密钥的 SHA-256 account, or a key id")
    parser.add_argument(
        "--role", action="append", choices=[each.name.lower() for each in Role if each.name], default=[]
    )
    parser.add_argument("--since", metavar="TIME", help="泄露自 compromised since (2026-05-02T09:00:00Z)")
    parser.add_argument("--until", metavar="TIME", help="授权至 granted until, itself excluded")
    parser.add_argument(
        "--account", action="append", default=[], metavar="0x…", help="新的管理、监护或继任账户 who follows"
    )
    parser.add_argument("--hours", type=int, help="等待期 the new delay")
    parser.add_argument("--number", type=int, help="会签机构数，或批准人数 quorum, or how many approve")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 language (zh)")
    parser.set_defaults(folder=Path())


def run(args: argparse.Namespace) -> int:
    """Do it, and give the exit code."""
    return ending(args, lambda: _act(args))


def _act(args: argparse.Namespace) -> int:
    pinned = pinned_log(TrustAnchors.parse(read(args.trust)))
    if pinned.registry is None:
        raise RegistryUnpinned
    chain = Web3Chain.at(args.chain)
    check_chain(chain, pinned)
    if args.act == "show":
        told = lines(governing.standing(chain, pinned.registry), language(args))
    else:
        if args.key_file is None:
            raise ArgumentUnfit(name="--key-file")
        told = act(args, chain, pinned.registry, account_in(args.key_file))
    sys.stdout.write("\n".join(told) + "\n")
    return 0


def act(args: argparse.Namespace, chain: Chain, contract: Address, account: ChainAccount) -> list[str]:
    """Do what ``args`` say in the name of ``account``; give what there is to print."""
    if args.act in PROPOSING:
        delay = registry.delay(chain.read(contract, registry.DELAY).value)
        call = proposing.call(args, now=SystemClock().now(), delay=delay)
        governing.rehearse(chain, contract, call)
        made = governing.propose(chain, contract, account, [call])
        return [made.hex(), _said(call, language(args))]
    if args.act == "pause":
        done = governing.enact(chain, account, registry.pause(contract))
    else:
        proposal = proposing.octets(args.id, "ID", _ID_BYTES)
        does = {"approve": registry.approve, "execute": registry.execute, "cancel": registry.cancel}
        done = governing.enact(chain, account, does[args.act](contract, proposal))
    return [f"0x{done.block_hash.hex()} {done.block_number}"]


def lines(found: Standing, tongue: Language) -> list[str]:
    """Say how a registry is governed, and every proposal that is not over."""
    zh = tongue == "zh"
    named = ", ".join(f"0x{each.hex()}" for each in found.administrators)
    told = [
        f"管理账户（{len(found.administrators)} 中 {found.threshold}，等待 {found.delay}）：{named}"
        if zh
        else f"administrators ({found.threshold} of {len(found.administrators)}, {found.delay}): {named}",
        f"监护账户：0x{found.guardian.hex()}" if zh else f"guardian: 0x{found.guardian.hex()}",
        f"会签机构数：{found.quorum}" if zh else f"quorum: {found.quorum}",
    ]
    if found.paused:
        told.append("已暂停" if zh else "paused")
    if found.successor is not None:
        told.append(f"{'继任' if zh else 'successor'}: 0x{found.successor.hex()}")
    for id_, proposal in found.proposals:
        if proposal.state not in (ProposalState.OPEN, ProposalState.READY):
            continue
        state = _STATES[proposal.state][0 if zh else 1]
        told.append(
            f"{id_.hex()} {state} {proposal.approvals}/{found.threshold} {proposal.ready_at or ''}".rstrip()
        )
        told += [f"  {_said(call, tongue)}" for call in proposal.calls]
    return told


def _said(call: bytes, tongue: Language) -> str:
    said = governing.describe(call)
    return said.zh if tongue == "zh" else said.en
