"""What makes a verification impossible, as opposed to what makes it fail.

A subject that can be read but does not hold gives a report. These errors are for input that is no subject at
all, and for a verifier without trust anchors.
"""

from evidence.errors import Invalid, Unavailable


class TrustMissing(Unavailable):
    """No trust file was found. Facts: ``places``, where it was looked for."""

    code = "trust-missing"
    zh = (
        "找不到信任文件（查找位置：{places}）。请从发证机关官方网站的 /trust.json 或当面取得 trust.json，"
        "核对其 SHA-256 指纹后用 --trust 指定。"
    )
    en = (
        "No trust file was found (looked at: {places}). Get trust.json from /trust.json on the issuing "
        "agency's own "
        "site or by hand, compare its SHA-256 fingerprint, and name it with --trust."
    )


class TrustMalformed(Invalid):
    """The trust file cannot be used. Facts: ``member``, the path of the member that is wrong."""

    code = "trust-malformed"
    zh = "信任文件无法使用：“{member}”缺失或格式不对。请向发证机关重新取得 trust.json。"
    en = "The trust file cannot be used: {member} is missing or malformed. Get it again from the agency."


class NoBundle(Invalid):
    """The bytes do not begin as an evidence bundle does."""

    code = "no-bundle"
    zh = "这不是证据包。请选择扩展名为 .bundle 的证据包文件；核验二维码请给出完整网址。"
    en = "This is no evidence bundle. Choose a file ending in .bundle; for a QR code, give its full address."


class PdfWithoutBundle(Invalid):
    """A PDF carries no evidence bundle, or several. Facts: ``count``."""

    code = "pdf-without-bundle"
    zh = "该 PDF 附有 {count} 个证据包，恰好附一个的才能直接核验。请改用扩展名为 .bundle 的证据包文件。"
    en = "This PDF carries {count} evidence bundles and needs exactly one; use the file ending in .bundle."


class ListKeyUnknown(Invalid):
    """A status list is signed with a key that nobody pinned."""

    code = "status-list-key-unknown"
    zh = "信任文件里没有签署状态清单的密钥。请取得最新的信任文件。"
    en = "The trust file does not name the key that signed the status list. Get the newest trust file."


class ListOfAnother(Invalid):
    """A status list is another issuer's, or its key may not sign status lists."""

    code = "status-list-of-another"
    zh = "状态清单不是发证机关有权签发的。请重新下载清单。"
    en = "The status list is not one that the issuer of the certificate signed. Download it again."


class CopyStateUnproven(Invalid):
    """What was given on a copy is not what the issuer of its certificate signed about it."""

    code = "copy-state-unproven"
    zh = "对方的答复不是发证机关签的，这份加注件是否已被收回仍不清楚。请稍后再问，或向发证机关查询。"
    en = (
        "The answer is not one that the issuer signed, so whether this copy was withdrawn is still unknown. "
        "Ask again later, or ask the issuer."
    )


class PackWithoutBundle(Invalid):
    """A ZIP is no evidence pack: it cannot be opened, or has not exactly one bundle."""

    code = "pack-without-bundle"
    zh = "这个 ZIP 不是司法证据包：打不开，或里面没有唯一的 evidence.bundle。请重新下载。"
    en = "This ZIP is no evidence pack: it will not open, or has not one evidence.bundle. Download it again."


class PackTooLarge(Invalid):
    """A ZIP has more in it than any pack. Facts: ``files``, ``size`` in MB."""

    code = "pack-too-large"
    zh = "这个 ZIP 有 {files} 个文件、{size} MB，超过任何证据包，未予打开。请核对文件来源。"
    en = "This ZIP has {files} files of {size} MB, more than any pack, and was not opened. Check its source."


class PackDamaged(Invalid):
    """A file of a pack cannot be read. Facts: ``name``."""

    code = "pack-damaged"
    zh = "证据包内的文件 {name} 损坏"
    en = "the file {name} of the pack is damaged"
