"""What witnesses of the log ask and answer: the checkpoint to be countersigned, and their signatures.

Both are open to anybody: what a signature is worth, the registry on the chain decides.
"""

from threading import BoundedSemaphore
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.errors import Unavailable
from ledger import countersigning
from ledger.contracts import Countersignature
from ledger.countersigning import Proposal

AT_ONCE = 4  # countersignatures checked at a time: each asks the chain, which may be slow to answer

router = APIRouter()
_places = BoundedSemaphore(AT_ONCE)


class CountersigningBusy(Unavailable):
    """As many countersignatures are being checked as may be at a time."""

    code = "countersigning-busy"
    zh = "正在核对的见证签名已达上限（{most} 个），请几秒后重新提交。"
    en = "{most} countersignatures are being checked already; send yours again in a few seconds."


class ProposalShown(BaseModel):
    """Growth ``seq`` of ``contract`` to ``size`` entries with ``root``; both in hexadecimal."""

    chain_id: int
    contract: str
    seq: int
    size: int
    root: str


class CountersignatureGiven(BaseModel):
    """The 32 bytes of an organization and its signature of 65 bytes, in hexadecimal."""

    organization: str = Field(pattern=r"^[0-9a-f]{64}$")
    signature: str = Field(pattern=r"^[0-9a-f]{130}$")


def _shown(proposal: Proposal) -> ProposalShown:
    return ProposalShown(
        chain_id=proposal.chain_id,
        contract=f"0x{proposal.contract.hex()}",
        seq=proposal.seq,
        size=proposal.size,
        root=proposal.root.hex(),
    )


@router.get("/ledger/proposal", response_model=None, responses={200: {"model": ProposalShown}, 204: {}})
def proposal(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> ProposalShown | Response:
    """Give what is to be countersigned now; 204 when nothing is."""
    with house.database.transaction() as session:
        waiting = countersigning.proposal(session)
    return Response(status_code=204) if waiting is None else _shown(waiting)


@router.post("/ledger/countersignatures")
def countersign(
    given: CountersignatureGiven, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> ProposalShown:
    """Take an organization's countersignature over what is proposed now."""
    signature = Countersignature(bytes.fromhex(given.organization), bytes.fromhex(given.signature))
    if not _places.acquire(blocking=False):
        raise CountersigningBusy(most=AT_ONCE)
    try:
        return _shown(countersigning.countersign(house.database, house.chain, signature, clock=house.clock))
    finally:
        _places.release()
