"""The certificate types that come with the verifier, and with whoever issues.

They are described in ``verify/types``. One name of a field means one thing in all of them.

    SHIPPED["construction-permit"].in_qr
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from evidence.certificate_types import CertificateType
from evidence.type_description import read_type


def shipped_source(code: str) -> bytes:
    """The file that describes the shipped type ``code``."""
    return files(__package__).joinpath("types", f"{code}.toml").read_bytes()


def _shipped() -> dict[str, CertificateType]:
    folder = files(__package__).joinpath("types")
    types = [read_type(each.read_bytes()) for each in folder.iterdir() if each.name.endswith(".toml")]
    return {each.code: each for each in sorted(types, key=lambda type_: type_.code)}


SHIPPED: Final[Mapping[str, CertificateType]] = _shipped()
"""Every shipped type by its code."""
