"""``yinxin account``: open an account with its roles, and print a sign-in link that works once.

A citizen number is asked for, never an argument: arguments stay in the history of a shell.

yinxin account --role officer --title 执法一队 --organization 12990100MB0000001X
yinxin account --role person --title 林知远 --person 林知远 --phone 13900000000
yinxin account --role counter --title 三号窗口 --person 何静安 --organization 12990100MB0000001X
yinxin account --again 6f1c…

The last makes a new link for an account that is open.
"""

import argparse
import getpass
import sys
from uuid import UUID

from sqlalchemy.orm import Session

from api import accounts
from api.ending import ending
from api.policy import Role
from api.settings import Settings
from api.wiring import open_database
from evidence.clock import Clock, SystemClock
from evidence.errors import Refused
from evidence.identifiers import CitizenNumber, Uscc
from identity.contacts import Contact, contact, contact_of_firm, set_contact, set_contact_of_firm
from identity.couriers import Channel
from identity.messages import address
from identity.organizations import organization, organizations, register_organization
from identity.people import PersonId, find_person, register_person

NAME = "account"
HELP = "开立账户并给出一次性登录链接。 Open an account and print a sign-in link that works once."


class AccountIncomplete(Refused):
    """The arguments name neither an account nor all that a new one needs."""

    code = "account-incomplete"
    zh = (
        "开立账户需要 --role 和 --title（person 还需 --person，counter 两者都需，其余还需 --organization），"
        "或用 --again；--phone 须与 --person 同用，--mail 须与 --person 或 --organization 同用。"
    )
    en = (
        "A new account needs --role and --title (a person also --person, counter both, every other role "
        "--organization), or name an open one by --again; --phone goes with --person, --mail with either."
    )


class AddressKept(Refused):
    """Messages would go elsewhere than until now; the old address must be told of that."""

    code = "address-kept"
    zh = "已登记有接收消息的手机号或邮箱，本命令不改换接收地址；请由本人到窗口更改，系统会通知原地址。"
    en = "Messages go to an address that is kept already; a counter changes it, and the old one is told."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare whom the account is for."""
    roles = [str(role) for role in Role if role is not Role.ANYONE]
    parser.add_argument("--role", action="append", choices=roles, default=[], help="角色 may be repeated")
    parser.add_argument("--title", help="账户名称 what the account is called")
    parser.add_argument("--title-en", help="英文名称 the same in English")
    parser.add_argument("--organization", help="统一社会信用代码 code of the organization acted for")
    parser.add_argument("--organization-name", help="单位名称，首次登记时 its name, to register it")
    parser.add_argument("--person", help="本人姓名（另行询问身份号码） name; the citizen number is asked for")
    parser.add_argument("--phone", help="本人手机号码 phone for reminders and codes")
    parser.add_argument("--mail", help="本人或单位邮箱 mail address of the person, else the organization")
    parser.add_argument("--again", type=UUID, metavar="ACCOUNT", help="为已有账户换发链接 a new link only")


def run(args: argparse.Namespace) -> int:
    """Open the account; give 1 when it could not be opened."""
    return ending(lambda settings: _open(args, settings))


def _open(args: argparse.Namespace, settings: Settings) -> int:
    settings.require_ready()
    _require_complete(args)
    number = CitizenNumber.parse(_ask(settings)) if args.person else None
    clock = SystemClock()
    with open_database(settings) as database, database.transaction() as session:
        account = args.again or accounts.open_account(
            session,
            roles=tuple(Role(role) for role in args.role),
            title_zh=args.title,
            title_en=args.title_en or args.title,
            organization=_organization(session, args, clock),
            person=_person(session, args, number, clock),
            clock=clock,
        )
        token = accounts.sign_in_link(session, account=account, clock=clock)
    hours = int(accounts.LINK_LIFE.total_seconds() // 3600)
    said = {
        "zh": f"账户 {account}；登录链接（{hours} 小时内可用一次）：",
        "en": f"Account {account}; its sign-in link works once within {hours} hours:",
    }
    print(said[settings.language], f"{settings.public_url.rstrip('/')}/sign-in/{token}", sep="\n")  # noqa: T201  the command's output
    return 0


def _require_complete(args: argparse.Namespace) -> None:
    if args.again:
        return
    roles = {Role(role) for role in args.role}
    for_person = not roles & {Role.PERSON, Role.COUNTER} or args.person
    reached = (args.person or not args.phone) and (args.person or args.organization or not args.mail)
    for_others = roles <= {Role.PERSON} or args.organization
    if not (roles and args.title and for_person and for_others and reached):
        raise AccountIncomplete


def _ask(settings: Settings) -> str:
    """Ask for the citizen number, unseen; a program may hand it over on standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass("公民身份号码：" if settings.language == "zh" else "Citizen number: ").strip()


def _organization(session: Session, args: argparse.Namespace, clock: Clock) -> str | None:
    if not args.organization:
        return None
    uscc = Uscc.parse(args.organization)
    known = {each.uscc for each in organizations(session)}
    if uscc not in known and args.organization_name:
        register_organization(session, uscc=uscc, name=args.organization_name, clock=clock)
    if args.mail and not args.person:
        before = contact_of_firm(session, uscc)
        _check_kept(before, set_contact_of_firm(session, uscc, mail=args.mail))
    return organization(session, uscc).uscc.text


def _person(
    session: Session, args: argparse.Namespace, number: CitizenNumber | None, clock: Clock
) -> PersonId | None:
    name = args.person
    if name is None or number is None:
        return None
    found = find_person(session, name=name, citizen_number=number)
    known = found or register_person(session, name=name, citizen_number=number, clock=clock)
    if args.phone or args.mail:
        before = contact(session, known.id)
        after = set_contact(
            session, known.id, phone=args.phone or before.phone, mail=args.mail or before.mail
        )
        _check_kept(before, after)
    return known.id


def _check_kept(before: Contact, after: Contact) -> None:
    """Check that messages go where they went until now, where they went anywhere: the phone comes first."""
    goes, went = address(after, tuple(Channel)), address(before, tuple(Channel))
    if went is not None and goes != went:
        raise AddressKept
