"""Paper: what a party puts on the document beside its signature, sent before the scan and fixed from then on.

That is a drawn signature and what stands in the text fields of its slot. Both are kept under the challenge,
which binds their digest: a device key and a face confirm exactly them, and other paper is another challenge.

    paper = as_kept(session, waiting.id, Paper(image=image, written=written))
    challenge = issue(session, …, content=paper.digest)
    keep(session, challenge.id, person=person_id, paper=paper, clock=clock)
    paper_of(session, challenge)      # in the transaction that approves
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from evidence import canonical
from evidence.canonical import Value
from evidence.clock import Clock
from evidence.digest import Digest, sha256
from evidence.errors import Refused
from identity.challenges import Challenge
from identity.people import PersonId
from signing import signature_images, slot_texts
from signing.signature_images import SignatureImage, image_of
from signing.slot_texts import Written

_DOMAIN = "yinxin/paper/1"


class PaperChanged(Refused):
    """What is kept is not what the person was asked about; they erased it, for one."""

    code = "paper-changed"
    zh = "刷脸期间手写签名或所填文字已被清除或改动，本次未予办理；请刷新签署页，重新填写后再办理。"
    en = (
        "The drawing or the texts were erased or changed during the scan; reload the page and fill them in "
        "again."
    )


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What was drawn and what was written, None where nothing was."""

    image: SignatureImage | None = None
    written: Written | None = None

    @property
    def image_digest(self) -> bytes | None:
        """The digest (32 bytes) of what was drawn, for the approval to name."""
        return None if self.image is None else self.image.digest.value

    @property
    def texts_digest(self) -> bytes | None:
        """The digest (32 bytes) of what was written, for the approval to name."""
        return None if self.written is None else self.written.digest.value

    @property
    def digest(self) -> Digest | None:
        """SHA-256 over deterministic CBOR of [domain, image, texts], digests or empty, or None."""
        if self.image is None and self.written is None:
            return None
        parts: list[Value] = [_DOMAIN, self.image_digest or b"", self.texts_digest or b""]
        return sha256(canonical.encode(parts))


def as_kept(session: Session, challenge: UUID, paper: Paper) -> Paper:
    """Give ``paper`` as it is kept under a challenge, with its salts, if it says the same."""
    return Paper(
        image=signature_images.as_kept(session, challenge, paper.image),
        written=slot_texts.as_kept(session, challenge, paper.written),
    )


def keep(session: Session, challenge: UUID, *, person: PersonId, paper: Paper, clock: Clock) -> None:
    """Keep ``paper`` under ``challenge``, which binds its digest."""
    signature_images.keep(session, challenge=challenge, person=person, image=paper.image, clock=clock)
    slot_texts.keep(session, asked=challenge, person=person, written=paper.written, clock=clock)


def paper_of(session: Session, challenge: Challenge) -> Paper:
    """Give what the challenge was asked with.

    Raises:
        PaperChanged: something else is kept, or nothing any more.
    """
    kept = Paper(image=image_of(session, challenge.id), written=slot_texts.waiting(session, challenge.id))
    if kept.digest != challenge.content:
        raise PaperChanged
    return kept
