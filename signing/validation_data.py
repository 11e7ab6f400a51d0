"""Validation data of a seal: what is put into a PDF so that it can be checked when nobody answers any more.

These are the paths of the seal's own certificate and of the timestamps', and the revocation lists by which
they were found good, without the network (ETSI EN 319 142-1, 5.4.2). The same seal, timestamps and lists
give the same data, so they are checked once and used while nothing of it has run out.

    data = kept_data(party, timestamps, lists, at=now)
    data.status, data.reserved
"""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from asn1crypto import crl
from pyhanko.sign import signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PreSignValidationStatus
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError

from evidence.digest import sha256
from signing.asn1_signature import to_asn1
from signing.pki import Chain
from signing.pyhanko_adapter import PartySigner, SigningParty

KEPT = 8
"""Seals of which the data are kept: those of the agency and of the platform, each with its lists."""

_Key: TypeAlias = tuple[Chain, TimeStamper, tuple[bytes, ...]]


@dataclass(frozen=True)
class ValidationData:
    """What pyHanko puts into the file, how many hexadecimal digits the signature needs, and until when."""

    status: PreSignValidationStatus
    reserved: int
    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether nothing has run out at the moment ``at``."""
        return self.since <= at < self.until


_kept: dict[_Key, ValidationData] = {}
_keeping = threading.Lock()


def kept_data(
    party: SigningParty, timestamps: TimeStamper, lists: Sequence[bytes], *, at: datetime
) -> ValidationData:
    """Check the certificates of a seal by the revocation ``lists`` (DER), or give what was found before.

    Raises:
        SigningError, PathValidationError: one of them is not good at the moment ``at``.
    """
    key = (party.chain, timestamps, tuple(lists))
    found = _kept.get(key)
    if found is None or not found.holds(at):
        found = asyncio.run(_checked(party, timestamps, lists, at=at))
        with _keeping:
            if len(_kept) >= KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = found
    return found


async def _checked(
    party: SigningParty, timestamps: TimeStamper, lists: Sequence[bytes], *, at: datetime
) -> ValidationData:
    signer = PartySigner(party)
    parsed = [crl.CertificateList.load(each) for each in lists]
    context = ValidationContext(
        trust_roots=[to_asn1(party.chain[-1])],
        other_certs=[to_asn1(each) for each in party.chain[1:]],
        crls=parsed,
        allow_fetching=False,
        revocation_mode="require",
        moment=at,
    )
    validator = CertificateValidator(
        signer.signing_cert, intermediate_certs=signer.cert_registry, validation_context=context
    )
    usage = signers.PdfSignatureMetadata().signer_key_usage
    try:
        own = await validator.async_validate_usage(usage)  # type: ignore[no-untyped-call]  # typed in part
    except (PathBuildingError, PathValidationError) as error:
        raise SigningError("The signer's certificate could not be validated") from error
    paths = timestamps.validation_paths(context)  # type: ignore[no-untyped-call]  # typed in part
    stamping = [each async for each in paths]
    status = PreSignValidationStatus(
        signer_path=own,
        validation_paths=[own, *stamping],
        ts_validation_paths=stamping,
        ocsps_to_embed=list(context.ocsps),
        crls_to_embed=list(context.crls),
    )
    ends = [each["tbs_cert_list"]["next_update"].native for each in parsed]
    ends += [certificate.not_valid_after for path in status.validation_paths for certificate in path]
    return ValidationData(status, await _reserved(signer, timestamps), at, min(ends))


async def _reserved(signer: PartySigner, timestamps: TimeStamper) -> int:
    """Give digits enough for any signature of this seal, and half as many again, as pyHanko does."""
    tried = await signer.async_sign(
        sha256(b"").value, "sha256", use_pades=True, dry_run=True, timestamper=timestamps
    )
    length = len(tried.dump()) * 2
    return length + 2 * (length // 4)
