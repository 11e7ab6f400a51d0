"""The metadata of a certificate under the names of GB/T 36903, as other systems read them.

The names were read in files of working systems, not in the standard's text (docs/standards.md, section 2.1).
What is the type's own stands under the name that its description gives (``KZ_…``). Days are written
YYYY-MM-DD, and a certificate without an end has no last day. A copy for one use (加注件) has four members
more, its moments in Beijing time (ISO 8601); its maker is the agency, which sets and seals it for the holder.

    metadata(session, certificate)          # {"ZZMC": "…", …}
"""

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from evidence.certificate_types import HolderKind
from identity.organizations import organization
from signing.certificate_holders import holder_name
from signing.certificate_registration import BEIJING
from signing.certificate_types import type_code
from signing.certificates import Certificate

MADE_AT, MAKER, USE, UNTIL = "JZJZZSJ", "JZJZZZ", "JZJZZSY", "JZJYXQJZSJ"
"""What a copy has more: when it was made, by whom, what it is for, and its last moment."""

_CODE_KINDS = {HolderKind.ORGANIZATION: "统一社会信用代码", HolderKind.PERSON: "公民身份号码"}


def metadata(session: Session, found: Certificate) -> dict[str, str]:
    """Return the members in the standard's order; a holder whose number is not printed has no code."""
    type_ = found.type
    values = {entry.name: entry.value for entry in found.entries}
    number = values.get(type_.holder.number or "", "")
    code = number if found.holder is None else found.holder.text
    members = {
        "ZZMC": type_.zh,
        "ZZLXDM": type_code(type_, found.agency),
        "ZZBH": found.number,
        "ZZBS": found.licence_id,
        "ZZBFJG": organization(session, found.agency).name,
        "ZZBFJGDM": found.agency.text,
        "ZZBFRQ": f"{found.registered_at.astimezone(BEIJING):%Y-%m-%d}",
        "CZZT": holder_name(session, found),
        "CZZTDM": code,
        "CZZTDMLX": _CODE_KINDS[type_.holder.kind] if code else "",
        "ZZYXQQSRQ": f"{found.valid_from:%Y-%m-%d}",
        "ZZYXQJZRQ": "" if found.valid_until is None else f"{found.valid_until:%Y-%m-%d}",
    }
    own = {field.metadata: values[field.name] for field in type_.fields if field.name in values}
    return {name: value for name, value in {**members, **own}.items() if value}


def copy_metadata(
    members: Mapping[str, str], *, made_at: datetime, maker: str, use: str, until: date
) -> dict[str, str]:
    """Return the ``members`` of a certificate with those of a copy, good for ``use`` to the end of a day."""
    own = {
        MADE_AT: made_at.astimezone(BEIJING).isoformat(timespec="seconds"),
        MAKER: maker,
        USE: use,
        UNTIL: datetime.combine(until, time(23, 59, 59), BEIJING).isoformat(),
    }
    return {**members, **own}
