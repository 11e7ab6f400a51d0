"""The folder ``national/`` of an evidence pack: what was signed by SM2, its root, and how OpenSSL checks it.

    national/root.pem       the SM2 root, to be compared by another way
    national/<slot>.p7s     the second signature of each signed slot, over manifest.cbor
    national/<slot>.ses     for a seal's slot, the SES_Signature over original.pdf; of several documents over
                            manifest.cbor, which lists them
    national/openssl.txt    commands, one a line, that check all of it from the folder of the pack

OpenSSL's ``cms`` command takes no identifier of SM2, so the commands cut out the signed part, the certificate
and the signature at their offsets and give them to ``openssl dgst``. Each line fails where it does not hold.

    files = national_files(made)
"""

from collections.abc import Iterator, Mapping

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.cades import read_envelope
from signing.national_signing import WHOLE_DOCUMENT, WHOLE_LIST, NationalSignature
from signing.ses_forms import SignatureForm, read
from signing.ses_refusals import SIGNATURE
from signing.sm2 import USER_ID

FOLDER = "national"
ROOT = f"{FOLDER}/root.pem"
COMMANDS = f"{FOLDER}/openssl.txt"

_DISTID = f"distid:{USER_ID.decode()}"


def national_files(made: Mapping[str, NationalSignature]) -> dict[str, bytes]:
    """Return the files of ``made``, by slot; none where there are none."""
    if not made:
        return {}
    files = {ROOT: national_root(made).public_bytes(Encoding.PEM), COMMANDS: commands(made)}
    for slot, each in sorted(made.items()):
        files[f"{FOLDER}/{slot}.p7s"] = each.cms
        if each.ses is not None:
            files[f"{FOLDER}/{slot}.ses"] = each.ses
    return files


def national_root(made: Mapping[str, NationalSignature]) -> x509.Certificate:
    """Return the root that the first of ``made`` encloses."""
    envelope = read_envelope(next(each.cms for each in made.values()))
    return next(each for each in envelope.others if each.issuer == each.subject)


def commands(made: Mapping[str, NationalSignature]) -> bytes:
    """Return the commands for ``made``, UTF-8; ValueError where a part is not in DER or a slot no plain word.

    Raises:
        DetachedSignatureMalformed, SesMalformed, SesTrailingBytes, SesNotDer: it is no such signature.
    """
    lines = [line for slot, each in sorted(made.items()) for line in _of_slot(slot, each)]
    return ("\n".join(lines) + "\n").encode()


def _of_slot(slot: str, each: NationalSignature) -> Iterator[str]:
    if not (slot.isascii() and slot.isalnum()):  # it stands in what a shell is to run
        raise ValueError(slot)
    own = read_envelope(each.cms)
    (signer_info,) = cms.ContentInfo.load(each.cms)["content"]["signer_infos"]
    second = f"{FOLDER}/{slot}.p7s"
    yield f"# {second}: SM3 manifest.cbor = {own.message_digest.hex()}"
    yield f"openssl dgst -sm3 manifest.cbor | grep -q {own.message_digest.hex()}"
    attributes = signer_info["signed_attrs"].dump()
    yield from _cut(second, each.cms, attributes, "tagged.der")
    yield "(printf '\\061'; tail -c +2 tagged.der) > signed.der"
    yield from _verified(
        second,
        each.cms,
        certificate=own.certificate.public_bytes(Encoding.DER),
        signature=signer_info["signature"].dump(),
    )
    if each.ses is None:
        return
    sealing, form = f"{FOLDER}/{slot}.ses", read(SignatureForm, each.ses, what=SIGNATURE)
    digest, said = form["to_sign"]["data_hash"].native, form["to_sign"]["property_info"].native
    covered = WHOLE_LIST if said == WHOLE_LIST else WHOLE_DOCUMENT
    yield f"# {sealing}: SM3 {covered} = {digest.hex()}"
    yield f"openssl dgst -sm3 {covered} | grep -q {digest.hex()}"
    yield from _cut(sealing, each.ses, form["to_sign"].dump(), "signed.der")
    yield from _verified(
        sealing, each.ses, certificate=form["cert"].dump(), signature=form["signature"].dump()
    )


def _verified(name: str, encoded: bytes, *, certificate: bytes, signature: bytes) -> Iterator[str]:
    """Check ``signed.der``: the certificate under the root, and the signature under the certificate."""
    yield from _cut(name, encoded, certificate, "certificate.der")
    yield from _cut(name, encoded, signature, "signature.der")
    yield "openssl x509 -inform DER -in certificate.der -out certificate.pem"
    yield "openssl x509 -in certificate.pem -pubkey -noout > key.pem"
    yield f"openssl verify -vfyopt {_DISTID} -CAfile {ROOT} certificate.pem"
    yield f"openssl dgst -sm3 -sigopt {_DISTID} -verify key.pem -signature signature.der signed.der"


def _cut(name: str, encoded: bytes, part: bytes, out: str) -> Iterator[str]:
    """Cut ``part`` out of ``encoded``: the whole of a structure, or what a string holds."""
    place = encoded.index(part)
    yield f"openssl asn1parse -inform DER -in {name} -strparse {place} -noout -out {out}"
