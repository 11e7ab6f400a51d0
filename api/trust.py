"""The trust file of this house: what others pin to check what it issued (format: ``verify.trust``)."""

from datetime import datetime

from sqlalchemy.orm import Session

from api.house import House
from evidence.errors import Unavailable
from evidence.keys import Signer
from ledger import deployment
from signing.keystore import KeyHandle
from signing.registered_types import number_registered, registered_types
from verify.trust import ChainAnchor, IssuerKey, LogAnchor, PinnedType, TrustAnchors
from verify.words import Words

AGENCY_ROLES = frozenset(
    {"certificate", "certificate-change", "certificate-copy", "certificate-type", "status-list"}
)
PLATFORM_ROLES = frozenset({"agreement", "signature", "key", "organization"})
VERIFIER_ROLES = frozenset(
    {"approval", "authorization", "authorization-change", "consent", "enrollment", "passkey"}
)
REGISTER_ROLES = frozenset({"register-answer"})


class NotYetDeployed(Unavailable):
    """The contracts do not stand yet, so there is no chain to pin."""

    code = "not-yet-deployed"
    zh = "链上合约尚未部署完成，请稍后再取信任文件。"
    en = "The contracts are not deployed yet; fetch the trust file again in a moment."


def anchors(house: House) -> TrustAnchors:
    """Give what to pin.

    Raises:
        NotYetDeployed: the chain has not been reached yet since the city was founded.
    """
    with house.database.transaction() as session:
        return _anchors(house, session)


class PinnedTrust:
    """The trust file of ``house`` as others have it: written, read again and kept until something changes.

    Only the deployment and the registered types change while a house is open.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: tuple[object, bytes, TrustAnchors] | None = None

    def read(self, session: Session) -> tuple[bytes, TrustAnchors]:
        """Give the file and what it says.

        Raises:
            NotYetDeployed: the chain has not been reached yet since the city was founded.
        """
        mark = deployment.mark(session), number_registered(session)
        kept = self._kept
        if kept is None or kept[0] != mark:
            written = _anchors(self._house, session).to_json()
            kept = self._kept = mark, written, TrustAnchors.parse(written)
        return kept[1:]


def _anchors(house: House, session: Session) -> TrustAnchors:
    stands = deployment.current(session)
    if stands is None or stands.registry is None or stands.log is None or stands.register is None:
        raise NotYetDeployed
    city = Words(house.settings.city_zh, house.settings.city_en)
    return TrustAnchors(
        city=city,
        hosts=(house.agency.qr_host,),
        issuers=(
            _issuer(house, "agency:statements", house.agency.speaker.signer, AGENCY_ROLES),
            _issuer(house, "platform:statements", house.keyring.platform.signer, PLATFORM_ROLES),
            _issuer(house, "verifier", house.verifier_signer, VERIFIER_ROLES),
            *_registers(house),
        ),
        log=LogAnchor(house.settings.origin, house.log_signer.key),
        chain=ChainAnchor(
            chain_id=stands.chain_id,
            genesis=stands.genesis,
            log_contract=stands.log.address,
            status_contract=stands.register.address,
            code_hashes={
                "OrganizationRegistry": stands.registry.code,
                "EvidenceLog": stands.log.code,
                "StatusRegister": stands.register.code,
            },
            registry_contract=stands.registry.address,
        ),
        types=tuple(PinnedType(each.agency.text, each.type) for each in registered_types(session)),
    )


def _issuer(house: House, handle: str, signer: Signer, roles: frozenset[str]) -> IssuerKey:
    name = house.agency.speaker.name
    return IssuerKey(
        issuer=house.issuer,
        name=Words(name, name),
        key=signer.key,
        valid_from=_since(house, handle),
        valid_until=None,
        roles=roles,
    )


def _registers(house: House) -> tuple[IssuerKey, ...]:
    """The keys of the registers, pinned since this house stands: it has no receipt from before."""
    return tuple(
        IssuerKey(
            issuer=authority.issuer,
            name=Words(authority.name, authority.name),
            key=key,
            valid_from=_since(house, "verifier"),
            valid_until=None,
            roles=REGISTER_ROLES,
        )
        for authority in house.registers.authorities.values()
        for key in (authority.key, *authority.former)
    )


def _since(house: House, handle: str) -> datetime:
    return house.keyring.keystore.chain(KeyHandle(handle))[0].not_valid_before_utc
