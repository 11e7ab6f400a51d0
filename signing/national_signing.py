"""What an activation module makes by SM2: the second detached signature, and the signature by a seal.

Nothing here decides whether it may sign; ``signing.activation_module`` does, by the checks of its other acts.
What is checked here is that the SM2 certificate of a handle names the holder of its ES256 certificate, word
for word, that the document is the frozen one, and that the electronic seal is under the same SM2 root and
lists the key. The moment of a signature is when it is made, after the SM2 key was certified; the approval,
whose digest is signed along, has its own.

    signing = NationalSigning(keys)
    cms = signing.second_signature(checked, beside=chain[0], at=now)
    ses = signing.seal_signature(checked, sealing, beside=chain[0], at=now)
"""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from evidence.digest import Digest, sha256
from evidence.errors import Invalid, Refused
from signing.activation_checks import Checked
from signing.activation_refusals import ActivationForAnotherKey
from signing.manifest import Manifest
from signing.pki import Chain
from signing.ses_seal import check_seal
from signing.ses_signature import sign_with_seal
from signing.sm2_cades import sign_detached_sm2
from signing.sm2_keystore import Sm2KeyStore

LONGEST_SEAL = 256 * 1024
"""Bytes of an electronic seal; one with a picture of 42 mm at 300 dots an inch has about 40 kB."""

WHOLE_DOCUMENT, WHOLE_LIST = "original.pdf", "manifest.cbor"
"""What a seal signature says that it covers, under its name in the evidence pack: the one frozen document, or
the manifest that lists several."""


class NationalNotKept(Refused):
    """Whoever has the held keys has none of SM2."""

    code = "national-not-kept"
    zh = "保管密钥的一方没有开启国密签名；请在网站和签名进程两处都设置 YINXIN_NATIONAL_CRYPTOGRAPHY 后重试。"
    en = (
        "Whoever keeps the held keys has none of SM2; set YINXIN_NATIONAL_CRYPTOGRAPHY for the site and the "
        "signer alike, then try again."
    )


class SealingWrong(Invalid):
    """What is to be sealed is not what was approved. Facts: ``slot``, ``part``."""

    code = "sealing-wrong"
    zh = "签署位 {slot} 待盖的电子签章与确认的内容不符（{part}），未作任何签章。"
    en = "What slot {slot} is to seal is not what was approved ({part}); nothing was sealed."


@dataclass(frozen=True)
class Sealing:
    """What ``covered`` names, and the electronic seal for it, DER, at most 256 kB."""

    content: bytes = field(repr=False)
    seal: bytes = field(repr=False)


@dataclass(frozen=True)
class NationalSignature:
    """The second detached signature, CMS in DER; for a seal's slot the SES_Signature, DER."""

    cms: bytes
    ses: bytes | None


def covered(manifest: Manifest, encoded: bytes) -> tuple[str, Digest]:
    """Give the name and the digest of what seals cover; ``encoded`` are the bytes of ``manifest``."""
    if len(manifest.documents) == 1:
        return WHOLE_DOCUMENT, manifest.documents[0]
    return WHOLE_LIST, sha256(encoded)


class NationalSigning:
    """Signs by the SM2 keys of ``keys``."""

    def __init__(self, keys: Sm2KeyStore) -> None:
        self._keys = keys

    def second_signature(self, checked: Checked, *, beside: x509.Certificate, at: datetime) -> bytes:
        """Sign the manifest for the slot; ``beside`` is the ES256 certificate of the key.

        Raises:
            ActivationForAnotherKey: the SM2 certificate names another holder.
            KeyMissing, KeyUncertified, KeyUnreadable: there is no SM2 key to sign with.
        """
        data = checked.data
        return sign_detached_sm2(
            data.manifest,
            signer=self._keys.signer(data.key),
            chain=self._chain(checked, beside),
            slot=data.slot,
            approval=sha256(data.approval),
            at=at,
        )

    def seal_signature(
        self, checked: Checked, sealing: Sealing, *, beside: x509.Certificate, at: datetime
    ) -> bytes:
        """Seal the document that the manifest names, or the manifest where it names several.

        Raises:
            SealingWrong: it is something else, or the electronic seal has too many bytes.
            ActivationForAnotherKey: the SM2 certificate names another holder.
            Invalid: the electronic seal does not hold, each check by its own name (``signing.ses_seal``).
        """
        name, digest = covered(checked.manifest, checked.data.manifest)
        if sha256(sealing.content) != digest:
            raise SealingWrong(slot=checked.slot.id, part="document")
        if len(sealing.seal) > LONGEST_SEAL:
            raise SealingWrong(slot=checked.slot.id, part="seal")
        chain = self._chain(checked, beside)
        return sign_with_seal(
            sealing.content,
            seal=check_seal(sealing.seal, others=chain[1:], roots=chain[-1:], at=at.replace(microsecond=0)),
            signer=self._keys.signer(checked.data.key),
            certificate=chain[0],
            protected=name,
            at=at,
        )

    def _chain(self, checked: Checked, beside: x509.Certificate) -> Chain:
        chain = self._keys.chain(checked.data.key)
        if chain[0].subject != beside.subject:
            raise ActivationForAnotherKey(key=checked.data.key)
        return chain
