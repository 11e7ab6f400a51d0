"""Verification for anyone: the trust file to pin, and the question online."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from api import trust
from api.house import House
from api.language import sentence
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.witness import ChainWord, OnlineWitness
from evidence import canonical
from evidence.canonical import Value
from evidence.errors import CIVIL_TIME, QrUnknown
from ledger.chain import Address
from verify.qr import verify_qr
from verify.trust import TrustAnchors

LONGEST_CODE = 4096  # characters; the largest code that is read has 2,140 digits behind its address

_parsed = lru_cache(1)(TrustAnchors.parse)
"""The trust file changes when the contracts are deployed anew, and else is the same from answer to answer."""

router = APIRouter()


class Question(BaseModel):
    """The text of a QR code, as a camera read it."""

    qr: str


@router.get("/trust.json")
def trust_file(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Give the file to pin: keys, log and chain of this city."""
    return Response(trust.anchors(house).to_json(), media_type="application/json")


@router.post("/api/verifications")
def verify(question: Question, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Verify a QR code, asking the agency's record and the chain.

    The answer is the canonical JSON of ``verify.report`` with one member more, ``witness``: how the chain
    stands to the agency's record, at which final block of what age, and the sentence that says so; null if
    nobody was asked.
    """
    return Response(
        canonical.to_json(OnlineVerifier(house).verified(question.qr)), media_type="application/json"
    )


class OnlineVerifier:
    """Verifies codes online, one or many; a chain that did not answer for one is not asked for the others."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pinned = _parsed(trust.anchors(house).to_json())
        self._silent = False

    def verified(self, code: str) -> dict[str, Value]:
        """Verify the text of a code.

        Raises:
            QrUnknown: it is not the code of a certificate.
        """
        if len(code) > LONGEST_CODE:
            raise QrUnknown
        house, pinned = self._house, self._pinned
        register = None if self._silent else Address(pinned.chain.status_contract)
        witness = OnlineWitness(house, register)
        report = verify_qr(code.strip(), pinned, as_of=house.clock.now(), witness=witness, copies=witness)
        self._silent = witness.word is ChainWord.UNREACHABLE
        members: dict[str, Value] = json.loads(report.to_json())
        return {**members, "witness": _told(witness, now=house.clock.now())}


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
    return {
        **told,
        "word": witness.word.value,
        "block": witness.block,
        "zh": sentence(key, "zh", **block),
        "en": sentence(key, "en", **block),
    }
