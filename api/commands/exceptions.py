"""``yinxin exceptions``: derive an agency's status list from the chain and compare it with the one served.

It asks the first host that the trust file names, and the node that it is given.

Exit codes: 0 both say the same; 1 they differ (a change of the last moments may be on its way: look again);
3 it could not begin, or somebody did not answer.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from api.pinned_fetch import fetch, issuer_address
from api.watching import UNUSABLE, language, pinned_log, read
from evidence.errors import Invalid, Language, YinxinError
from evidence.statuslist import CertificateState, StatusList
from ledger.chain import Address
from ledger.chain_web3 import Web3Chain
from ledger.history import check_chain
from ledger.status_derivation import Difference, check_point, compare, exceptions_on
from verify.status import LIST_ROLE, authentic_list
from verify.trust import TrustAnchors

NAME = "exceptions"
HELP = "由链上推导状态清单并与所发布的比对。 Derive a status list from the chain and compare."

DIFFERS = 1


class ExceptionsMalformed(Invalid):
    """What lies at an address is no list of exceptions. Facts: ``address``."""

    code = "exceptions-malformed"
    zh = "{address} 给出的不是例外清单，请稍后再试，或向平台运营方查问。"
    en = "What lies at {address} is no list of exceptions; try again later, or ask who runs the site."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what is compared."""
    parser.add_argument("--chain", required=True, metavar="RPC", help="链节点网址 JSON-RPC of your own node")
    parser.add_argument("--trust", required=True, type=Path, metavar="FILE", help="信任文件 trust file")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 language (zh)")


def run(args: argparse.Namespace) -> int:
    """Compare the list of every issuer that the trust file names, and say how each stands."""
    tongue = language(args)
    try:
        trust = TrustAnchors.parse(read(args.trust))
        pinned, chain = pinned_log(trust), Web3Chain.at(args.chain)
        check_chain(chain, pinned)
        differences = [
            _compared(issuer, chain, trust, tongue)
            for issuer in sorted({key.issuer for key in trust.issuers if LIST_ROLE in key.roles})
        ]
    except YinxinError as error:
        sys.stderr.write(error.sentence(tongue) + "\n")
        return UNUSABLE
    return 0 if all(each.none for each in differences) else DIFFERS


def _compared(issuer: str, chain: Web3Chain, trust: TrustAnchors, tongue: Language) -> Difference:
    host = trust.hosts[0]
    listed = authentic_list(fetch(issuer_address(host, issuer, "status-list"), trust), issuer, trust)
    told = issuer_address(host, issuer, "status-exceptions")
    places = _places(fetch(told, trust), address=told)
    if listed.chain is not None:
        check_point(chain, listed.chain)
    states = exceptions_on(
        chain, Address(trust.chain.status_contract), issuer=hashlib.sha256(issuer.encode()).digest()
    )
    difference = compare(listed, places, states)
    sys.stdout.write("\n".join(_lines(issuer, listed, len(states), difference, tongue)) + "\n")
    return difference


def _places(content: bytes, *, address: str) -> dict[bytes, tuple[int, CertificateState]]:
    try:
        told: list[dict[str, Any]] = json.loads(content)["exceptions"]
        places = {
            bytes.fromhex(each["key"]): (int(each["place"]), CertificateState(each["state"])) for each in told
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ExceptionsMalformed(address=address) from error
    if len(places) != len(told):
        raise ExceptionsMalformed(address=address)
    return places


def _lines(
    issuer: str, listed: StatusList, on_chain: int, difference: Difference, tongue: Language
) -> list[str]:
    """Say as of when, how many exceptions the chain has, and each difference."""
    at = listed.issued_at.isoformat(timespec="seconds")
    block = "-" if listed.chain is None else listed.chain.block
    chinese = tongue == "zh"
    head = (
        f"{issuer} 清单签发于 {at}，区块 {block}，链上例外 {on_chain} 项。"
        if chinese
        else f"{issuer} list of {at}, block {block}, {on_chain} exceptions on the chain."
    )
    kinds = (
        (difference.chain_only, "链上有而清单不同 key {}", "on the chain and otherwise in the list: key {}"),
        (difference.list_only, "清单有而链上尚无 key {}", "in the list and not on the chain yet: key {}"),
        (difference.unexplained, "清单中无来由 place {}", "in the list without a key: place {}"),
    )
    told = [
        (zh if chinese else en).format(each.hex() if isinstance(each, bytes) else each)
        for found, zh, en in kinds
        for each in found
    ]
    return [head, *(told or ["一致。" if chinese else "Both say the same."])]
