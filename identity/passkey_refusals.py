"""Why a device key, or what it answered, is not accepted.

What an answer is refused for is told in full: whoever sent it made it, and learns nothing that they did not
know. Whether a face would have passed is never told with it, because the device key is checked first.
"""

from evidence.errors import Refused


class PasskeyNeeded(Refused):
    """The person has a device key, and the answer came without it."""

    code = "passkey-needed"
    zh = "您已登记设备密钥，仅凭刷脸不能办理；请用设备密钥确认后再刷脸。设备丢失的，请先在“我的授权”中停用。"
    en = (
        "You have a device key, so the face alone is not enough; confirm with it, or revoke it if it is lost."
    )


class FaceAloneLater(Refused):
    """The last device key was revoked a short while ago; a thief of the session could have done that."""

    code = "face-alone-later"
    zh = (
        "您的最后一把设备密钥已于 {revoked_at} 停用。为防他人冒用您的登录，{again_at} 之后才可仅凭刷脸办理；"
        "急需办理的，请到政务服务窗口。"
    )
    en = (
        "Your last device key was revoked at {revoked_at}. So that a stolen session gains nothing by that, "
        "the face alone counts again from {again_at}; if it is urgent, use the service window."
    )


class PasskeyForeign(Refused):
    """None of the person's device keys has this name."""

    code = "passkey-foreign"
    zh = "这把设备密钥不是您在本站登记的；请换用您自己登记过的设备。"
    en = "This device key is not one that you registered here; use a device of your own."


class PasskeyRevoked(Refused):
    """The device key was revoked."""

    code = "passkey-revoked"
    zh = "这把设备密钥已于 {revoked_at} 停用，不能再用；请换用其他设备，或到政务服务窗口办理。"
    en = "This device key was revoked at {revoked_at} and counts no more; use another, or the service window."


class SignCountWentBack(Refused):
    """The counter of the key did not grow: there may be a copy of it."""

    code = "sign-count-went-back"
    zh = "这把设备密钥的使用次数没有增加，可能已被复制，本次不予采用；请停用它并换用其他设备。"
    en = "The counter of this device key did not grow, so there may be a copy; revoke it and use another."


class AnswerMalformed(Refused):
    """The answer of a device key cannot be read."""

    code = "device-answer-malformed"
    zh = "设备密钥的答复残缺或格式不对（{place}）；请重新确认。"
    en = "The answer of the device key is incomplete or malformed at {place}; confirm again."


class AnswerForAnotherUse(Refused):
    """A key was made where it had to be used, or used where one had to be made."""

    code = "device-answer-for-another-use"
    zh = "设备密钥的答复不是为这一步作出的；请从本页重新开始。"
    en = "The device key answered another kind of question; start again from this page."


class AnswerToAnotherChallenge(Refused):
    """The answer is for another challenge: an earlier one, or somebody else's."""

    code = "device-answer-to-another-challenge"
    zh = "设备密钥确认的不是这一次的事项，可能是以前用过的答复；请重新确认。"
    en = "The device key confirmed something else than this, perhaps something earlier; confirm again."


class AnswerFromAnotherSite(Refused):
    """A page of another site asked the device key."""

    code = "device-answer-from-another-site"
    zh = "设备密钥的答复出自其他网站的页面，已拒绝；请从 {origin} 打开本页后重试。"
    en = "The device key was asked by a page of another site; open this page at {origin} and try again."


class AnswerForAnotherSite(Refused):
    """The key is bound to another site."""

    code = "device-answer-for-another-site"
    zh = "这把设备密钥属于其他网站，不能用于 {host}；请换用在本站登记的设备密钥。"
    en = "This device key belongs to another site and is not for {host}; use one that you registered here."


class AnswerOfAnotherAccount(Refused):
    """The authenticator keeps the key for another person."""

    code = "device-answer-of-another-account"
    zh = "这把设备密钥属于另一位人员的账号；请用您本人的设备密钥。"
    en = "This device key belongs to another person's account; use your own."


class UserNotPresent(Refused):
    """Nobody touched the authenticator."""

    code = "device-user-not-present"
    zh = "设备没有确认有人在场；请在设备上亲手确认后重试。"
    en = "The device did not notice anybody; confirm on it with your own hand and try again."


class UserNotVerified(Refused):
    """The authenticator did not recognise its owner."""

    code = "device-user-not-verified"
    zh = "设备没有核对使用者（指纹、面容或锁屏密码）；请为设备设置锁屏后重试，或换用其他设备。"
    en = "The device did not check who uses it; set up a fingerprint, face or code on it, or use another."


class DeviceSignatureInvalid(Refused):
    """The signature is not this key's over this answer."""

    code = "device-signature-invalid"
    zh = "设备密钥的签名与内容不符，可能已被改动；请重新确认。"
    en = "The signature of the device key does not fit what it answered; it may be altered. Confirm again."


class KeyKindRefused(Refused):
    """The authenticator made a key of another kind."""

    code = "device-key-kind-refused"
    zh = "这台设备生成的密钥种类（非 P-256）不受支持；请换用其他设备。"
    en = "This device makes another kind of key than P-256; use another device."


class PasskeyKnown(Refused):
    """The key was registered before, by this or another person."""

    code = "passkey-known"
    zh = "这把设备密钥已经登记过；请换用其他设备，或重新生成。"
    en = "This device key is registered already; use another device or make a new key."


class PasskeyUnknown(Refused):
    """No device key of the visitor has this id."""

    code = "passkey-unknown"
    zh = "没有编号为 {passkey} 的设备密钥，或者它不属于您；请在“我的授权”中查找。"
    en = "There is no device key {passkey} of yours; look for it under “My authorizations”."


class PasskeyAddedAlready(Refused):
    """The key stands already, or its answer is in already."""

    code = "passkey-added-already"
    zh = "这把设备密钥已经登记，无需重复；请在“我的授权”中查看。"
    en = "This device key is registered already; see “My authorizations”."


class PasskeyNotMade(Refused):
    """The device has not made a key yet."""

    code = "passkey-not-made"
    zh = "设备尚未生成密钥；请从“添加设备密钥”重新开始。"
    en = "The device has not made a key yet; start again at “Add a device key”."


class PasskeyAskedTooLongAgo(Refused):
    """What was begun was not finished in time."""

    code = "passkey-asked-too-long-ago"
    zh = "添加设备密钥须在 {minutes} 分钟内完成，现已超时；请重新开始。"
    en = "Adding a device key takes {minutes} minutes at most, and they are over; start again."


class TooManyPasskeys(Refused):
    """The person has as many device keys as one may have."""

    code = "too-many-passkeys"
    zh = "设备密钥最多 {limit} 把；请先停用不再使用的，再添加。"
    en = "There can be {limit} device keys at most; revoke one that you no longer use, then add another."
