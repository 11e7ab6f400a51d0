"""What a report says of an authorization alone: who approved, what registers said, how often it was used."""

from collections.abc import Mapping
from typing import Final

from verify.words import Words

AUTHORIZATIONS: Final[Mapping[str, Words]] = {
    # the approval of an authorization
    "approval-binds": Words(
        "本人于{at}刷脸确认的正是这份授权书。",
        "The person approved exactly this text by a face scan at {at}.",
    ),
    "approval-binds-device": Words(
        "本人于{at}以刷脸加设备密钥确认的正是这份授权书。",
        "The person approved exactly this text by a face scan and a device key at {at}.",
    ),
    "approval-binds-officer": Words(
        "本人于{at}以设备密钥加一次性验证码、并经工作人员核对身份证件确认的正是这份授权书，没有刷脸。",
        "The person approved exactly this text at {at} by a device key and a one-time code, after an officer "
        "had checked the identity document; no face scan.",
    ),
    "approval-binds-counter": Words(
        "本人于{at}在政务服务窗口经工作人员核对身份证件、并以一次性验证码确认的正是这份授权书，没有刷脸。",
        "The person approved exactly this text at {at} by a one-time code at a service counter, after an "
        "officer had checked the identity document; no face scan.",
    ),
    "approval-method-unknown": Words(
        "本人于{at}确认的正是这份授权书，但确认方式“{method}”不为本工具所识，无法判断。请取得最新的核验工具。",
        "The person approved exactly this text at {at}, by a method that this program does not know "
        "({method}). Get the newest verifier.",
    ),
    "approval-absent": Words(
        "证据包里没有本人确认，无法核对授权书是否由本人确认。请索取完整的证据包。",
        "The person's approval is not in the bundle, so it cannot be checked who approved. Ask for the "
        "whole bundle.",
    ),
    "approval-of-another": Words(
        "本人确认的不是这份授权书（{member}不一致）。不能采信。",
        "The approval is not for this authorization ({member} differs). Do not rely on it.",
    ),
    # what registers said of an authorization
    "registers-confirm": Words(
        "授权书列明的登记机关答复共 {count} 份，都在证据包里，各自成立，没有不一致之处。",
        "Registers were asked: the {count} receipts that the authorization names are here, each holds, and "
        "none tells a difference.",
    ),
    "registers-none": Words(
        "授权书没有列出登记机关的答复。", "The authorization names no answer of a register."
    ),
    "registers-absent": Words(
        "授权书列明的登记机关答复有的不在证据包里，无法核对。请索取完整的证据包。",
        "An answer of a register that the authorization names is not in the bundle and cannot be checked. "
        "Ask for the whole bundle.",
    ),
    "registers-of-another": Words(
        "授权书列为登记机关答复的证物并不是登记机关的答复。不能采信。",
        "What the authorization names as the answer of a register is none. Do not rely on it.",
    ),
    "registers-differ": Words(
        "{issuer}{at}的答复没有确认授权书所依据的登记信息。不能采信。",
        "The answer of {issuer} of {at} does not confirm what the authorization rests on. Do not rely on it.",
    ),
    "registers-unsound": Words(
        "{issuer}{at}的答复本身不成立或无法核对（见该关联证物），登记信息未得到确认。",
        "The answer of {issuer} of {at} does not hold or cannot be checked (see that related exhibit), so "
        "nothing is confirmed.",
    ),
    "validity-ungranted": Words(
        "所问时间早于授权时间（{at}），当时本人尚未授权。",
        "The moment asked about is before the grant ({at}); the person had not granted it.",
    ),
    "authorization-changed": Words(
        "证据包内{at}的变更记录：授权{state}。", "The change record of {at} in the bundle says: {state}."
    ),
    "authorization-uses": Words(
        "证据包内有 {count} 次使用的记录（{often}），没有撤销记录；离线无法得知之后是否又被使用或撤销。",
        "The bundle holds the records of {count} uses ({often}) and no revocation; later ones would not be "
        "known offline.",
    ),
    "uses-of": Words("共可使用 {uses} 次", "of {uses} granted"),
    "uses-any": Words("有效期内不限次数", "any number is granted"),
    "uses-counted": Words("{uses} 次", "{uses}"),
    "uses-unlimited": Words("有效期内不限次数", "any number within the validity"),
}
