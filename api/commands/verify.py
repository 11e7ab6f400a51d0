"""``yinxin verify``: check bundles and QR codes with nothing but a trust file.

It opens no connection unless it is told ``--online``: then it asks the hosts that the trust file names, and
no other, for the status list of a code that is genuine, for what became of a copy made for a purpose, or for
the file at an address.

Exit codes: 0 genuine; 1 not genuine; 2 cannot be verified; 3 unusable input; 4 genuine, but known not to be
in force. For several subjects it is the gravest, in the order 3, 1, 2, 4, 0.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from api.codes_in_pictures import code_in, is_picture
from api.pinned_fetch import FetchFailed, fetch, issuer_address
from api.system_reasons import reason
from evidence.bundle import Bundle
from evidence.clock import SystemClock
from evidence.errors import Invalid, Language, QrUnknown, Refused, Term, YinxinError
from evidence.shown_codes import CopyTerms, read_shown
from verify.attachment import evidence_in, is_pdf
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.copy_state import StatedCopy, stated_copy
from verify.errors import CopyStateUnproven, TrustMissing
from verify.exact_text import exact_text
from verify.pack import is_pack, national_in, verify_pack
from verify.qr import verify_qr
from verify.report import Answer, Kind, Report
from verify.trust import TrustAnchors
from verify.words import BEIJING

NAME = "verify"
HELP = "核验证据包或二维码，默认不联网。 Verify evidence bundles or QR codes, without a network by default."
STANDARD_INPUT = "-"

GENUINE, NOT_GENUINE, INDETERMINATE, UNUSABLE, NOT_IN_FORCE = 0, 1, 2, 3, 4
_GRAVEST_FIRST = (UNUSABLE, NOT_GENUINE, INDETERMINATE, NOT_IN_FORCE, GENUINE)
_EXIT = {
    Outcome.PASSED: GENUINE,
    Outcome.FAILED: NOT_GENUINE,
    Outcome.INDETERMINATE: INDETERMINATE,
}
_ADDRESS = ("http://", "https://")
_MARK = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.INDETERMINATE: "?"}

_TEXT_ENCLOSED = Term(
    "证据包所载的授权文本如下，以此为准：", "The text in the evidence, which is what counts:"
)
_TEXT_ABSENT = Term(
    "证据包没有附授权文本，只核对了以上各项；请索取带有全文的证据包或授权书 PDF。",
    "The evidence does not enclose the exact text, only the facts above were checked; ask for the evidence "
    "or the PDF with the whole text.",
)


class FileUnreadable(Refused):
    """A file named on the command line cannot be read. Facts: ``path``, ``reason``."""

    code = "file-unreadable"
    zh = "读不了文件 {path}（{reason}），请检查路径和权限。"
    en = "The file {path} cannot be read ({reason}); check the path and the permissions."


class MomentMalformed(Invalid):
    """The time given with --as-of is no time. Facts: ``text``."""

    code = "as-of-malformed"
    zh = "“{text}”不是时间，请写成 2026-05-02T09:00:00+08:00；不写时区即北京时间。"
    en = "{text} is no time: write 2026-05-02T09:00:00+08:00; without an offset it is Beijing time."


class AddressOffline(Refused):
    """An address of a file was given, and nothing is fetched offline. Facts: ``host``."""

    code = "address-offline"
    zh = "这是 {host} 上的网址，不是二维码内容；离线核验不会打开它。请下载后给出文件，或加 --online。"
    en = (
        "This is an address on {host}, no code; offline it is not opened. Download it and give the file, or "
        "add --online."
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "subjects",
        nargs="+",
        metavar="FILE|QR|URL",
        help="证据包、司法证据包、PDF、图片、二维码内容或网址；- 为标准输入 "
        "bundle, pack, PDF, picture, code or address; - is standard input",
    )
    parser.add_argument("--trust", type=Path, help="信任文件 trust file (var/trust.json)")
    parser.add_argument("--status-list", type=Path, help="二维码所用的状态清单 status list for a QR code")
    network = parser.add_mutually_exclusive_group()
    network.add_argument("--offline", action="store_true", help="不联网（默认） open no connection (default)")
    network.add_argument(
        "--online",
        action="store_true",
        help="只向信任文件所列的主机取状态清单、加注件的状态或网址所指的文件 "
        "ask the hosts in the trust file, and no other, for the status list, the state of a copy, or the "
        "file at an address",
    )
    parser.add_argument("--as-of", help="核验哪一时刻的效力 moment asked about (now)")
    parser.add_argument("--json", action="store_true", help="输出 JSON，每个对象一行 one JSON report a line")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 language (zh)")


def run(args: argparse.Namespace) -> int:
    """Verify every subject, print a report for each, and return the exit code."""
    language = cast("Language", args.lang)
    try:
        path = _trust_path(args.trust)
        trust = TrustAnchors.parse(_read(path))
        as_of = SystemClock().now() if args.as_of is None else _moment(args.as_of)
        listed = None if args.status_list is None else _read(args.status_list)
    except YinxinError as error:
        sys.stderr.write(error.sentence(language) + "\n")
        return UNUSABLE
    asked = _Asked(trust, as_of, listed, online=args.online)
    codes = []
    for subject in args.subjects:
        try:
            found = _verify(subject, asked)
        except YinxinError as error:
            sys.stderr.write(_of(subject, error, language) + "\n")
            codes.append(UNUSABLE)
            continue
        report = found.report
        if args.json:
            sys.stdout.write(report.to_json().decode() + "\n")
        else:
            shown = _text(subject, report, path, language) + _exact(report, found.bundle, language)
            sys.stdout.write(shown + "\n")
        if found.national:
            (sys.stderr if args.json else sys.stdout).write(_unchecked(found.national, language))
        for missed in found.missed:
            sys.stderr.write(_of(subject, missed, language) + "\n")
        codes.append(exit_code(report))
    return gravest(codes)


def gravest(codes: Sequence[int]) -> int:
    """The exit code for several subjects."""
    return next(code for code in _GRAVEST_FIRST if code in codes)


def exit_code(report: Report) -> int:
    """The exit code for one report."""
    code = _EXIT[report.conclusion]
    return NOT_IN_FORCE if code == GENUINE and report.answer is Answer.NOT_IN_FORCE else code


def _of(subject: str, error: YinxinError, language: Language) -> str:
    """Say what is wrong with ``subject``, naming it once."""
    said = error.sentence(language)
    if isinstance(error, FileUnreadable):
        return said
    return f"{_short(subject)}{'：' if language == 'zh' else ': '}{said}"


@dataclass(frozen=True)
class _Asked:
    """What every subject is verified by; ``listed`` is the status list given for codes."""

    trust: TrustAnchors
    as_of: datetime
    listed: bytes | None
    online: bool


@dataclass(frozen=True)
class _Found:
    """A report, the bytes of a bundle, a pack's national signatures, and what was not to be had online."""

    report: Report
    bundle: bytes = b""
    national: int = 0
    missed: tuple[YinxinError, ...] = ()


def _verify(subject: str, asked: _Asked) -> _Found:
    if not subject.lower().startswith(_ADDRESS):
        read = sys.stdin.buffer.read() if subject == STANDARD_INPUT else _read(Path(subject))
        return _of_file(read, asked)
    try:
        return _of_code(subject, asked)
    except QrUnknown:
        host = urlsplit(subject).netloc
        if not host or "#1" in subject:
            raise
        if not asked.online:
            raise AddressOffline(host=host[:80]) from None
    return _of_file(fetch(subject, asked.trust), asked)


def _of_file(read: bytes, asked: _Asked) -> _Found:
    if read.lower().startswith(tuple(each.encode() for each in _ADDRESS)):
        return _of_code(read.decode("utf-8", errors="replace").strip(), asked)
    if is_pack(read):
        return _Found(verify_pack(read, asked.trust, as_of=asked.as_of), national=national_in(read))
    if is_picture(read) or (is_pdf(read) and Bundle.MAGIC not in read):
        return _of_code(code_in(read), asked)
    data = evidence_in(read)
    return _Found(verify_bundle(data, asked.trust, as_of=asked.as_of), data)


def _of_code(text: str, asked: _Asked) -> _Found:
    """Verify a code; what is fetched for it is so only where the code is genuine without that."""

    def verified(listed: bytes | None, copies: StatedCopy | None = None) -> Report:
        return verify_qr(text, asked.trust, as_of=asked.as_of, status_list=listed, copies=copies)

    report = verified(asked.listed)
    if not asked.online or report.conclusion is not Outcome.PASSED:
        return _Found(report)
    signed, missed = read_shown(text), list[YinxinError]()
    issuer, listed, copies = signed.payload.issuer, asked.listed, None
    try:
        if listed is None:
            listed = fetch(issuer_address(signed.host, issuer, "status-list"), asked.trust)
    except FetchFailed as error:
        missed.append(error)
    try:
        if isinstance(signed.extra, CopyTerms):
            place = issuer_address(signed.host, issuer, f"copies/{signed.extra.statement.hex()}")
            copies = stated_copy(fetch(place, asked.trust), issuer=issuer, trust=asked.trust)
    except (FetchFailed, CopyStateUnproven) as error:
        missed.append(error)
    return _Found(verified(listed, copies), missed=tuple(missed))


def _unchecked(national: int, language: Language) -> str:
    said = {
        "zh": f"随附国密签名 {national} 份：本程序只核对其摘要，不核验签名；请用 yinxin national 核验。",
        "en": f"{national} national signatures enclosed: their digests alone are compared here, the rest "
        "is not checked; check it by yinxin national.",
    }
    return f"\n{said[language]}\n"


def _trust_path(named: Path | None) -> Path:
    """The trust file to use.

    Raises:
        TrustMissing: it is not where it was looked for.
    """
    # The verifier is installed without the settings of the server (pydantic), so this one variable of the
    # XDG Base Directory Specification is read here.
    configured = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = (Path("var/trust.json"), configured / "yinxin" / "trust.json") if named is None else (named,)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        zh, en = (separator.join(str(place) for place in places) for separator in ("、", ", "))
        raise TrustMissing(places=Term(zh, en))
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(path=path, reason=reason(error)) from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MomentMalformed(text=text) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=BEIJING)


def _text(subject: str, report: Report, trust_path: Path, language: Language) -> str:
    colon = "：" if language == "zh" else ": "
    lines = [report.headline.said(language), report.why.said(language), ""]
    lines += [f"  {fact.label.said(language)}{colon}{fact.value.said(language)}" for fact in report.facts]
    lines += [""] if report.facts else []
    for check in report.checks:
        sentence = check.zh if language == "zh" else check.en
        lines.append(f"{check.number:>3} {_MARK[check.outcome]} {check.outcome.value:<13} {sentence}")
    lines += ["", *_sources(subject, report, trust_path, language)]
    return "\n".join(lines) + "\n"


def _exact(report: Report, bundle: bytes, language: Language) -> str:
    """The exact text of a genuine authorization, or that the evidence does not enclose it; else nothing."""
    if (report.kind, report.conclusion) != (Kind.AUTHORIZATION, Outcome.PASSED):
        return ""
    text = exact_text(bundle)
    term = _TEXT_ABSENT if text is None else _TEXT_ENCLOSED
    said = term.zh if language == "zh" else term.en
    return f"\n{said}\n" if text is None else f"\n{said}\n\n{text}\n"


def _sources(subject: str, report: Report, trust_path: Path, language: Language) -> Sequence[str]:
    names = ("结论", "核验对象", "信任文件") if language == "zh" else ("Conclusion", "Subject", "Trust file")
    colon = "：" if language == "zh" else ": "
    conclusion = f"{report.conclusion.value}, {report.answer.value}"
    city = report.city.said(language)
    return (
        f"{names[0]}{colon}{conclusion}",
        f"{names[1]}{colon}{_short(subject)}",
        f"{names[2]}{colon}{trust_path} ({city}) SHA-256 {report.trust_fingerprint}",
    )


def _short(subject: str) -> str:
    """The subject as named on the command line; of a QR code only the address before its content."""
    return f"{subject.split('#', maxsplit=1)[0]}#…" if "#" in subject and "://" in subject else subject
