"""Why an electronic seal or a signature by it is refused: one sentence for each check."""

from evidence.errors import Invalid, Refused, Term

SEAL = Term("电子印章", "electronic seal")
SIGNATURE = Term("电子签章", "seal signature")


class SesNotDer(Invalid):
    """The bytes mean the right thing, but are not DER. Facts: ``what``."""

    code = "ses-not-der"
    zh = "{what}不是DER编码；请向签章方重新取得原件。"
    en = "The {what} is not encoded in DER; get the original again."


class SesTrailingBytes(Invalid):
    """Bytes follow the structure. Facts: ``what``, ``count`` of bytes."""

    code = "ses-trailing-bytes"
    zh = "{what}之后多出{count}个字节；请向签章方重新取得原件。"
    en = "{count} bytes follow the {what}; get the original again."


class SesMalformed(Invalid):
    """The structure is not that of GB/T 38540-2020. Facts: ``what``, ``place``."""

    code = "ses-malformed"
    zh = "{what}的结构不符合GB/T 38540-2020（{place}）；请向签章方重新取得原件。"
    en = "The {what} is not of the form of GB/T 38540-2020 (at {place}); get the original again."


class SesVersionUnknown(Invalid):
    """The version is not 4. Facts: ``what``, ``version``."""

    code = "ses-version-unknown"
    zh = "{what}的版本是{version}，这里只核验第4版；请用支持该版本的工具核验。"
    en = "The {what} is of version {version}, and only version 4 is verified here; use another tool."


class SesExtensionUnknown(Invalid):
    """A critical extension is none that we know. Facts: ``what``, ``extension`` as a dotted identifier."""

    code = "ses-extension-unknown"
    zh = "{what}含有这里不认识的关键扩展{extension}；请用签章方的工具核验。"
    en = "The {what} has the unknown critical extension {extension}; verify it with the maker's tool."


class SesAlgorithmUnknown(Invalid):
    """The signature is not SM2 with SM3. Facts: ``what``, ``algorithm`` as a dotted identifier."""

    code = "ses-algorithm-unknown"
    zh = "{what}的签名算法是{algorithm}，不是SM2与SM3；请勿采信。"
    en = "The {what} is signed by {algorithm}, not by SM2 with SM3; do not rely on it."


class SesCertificateUnfit(Invalid):
    """A certificate has no SM2 key, or its key usage does not let it sign. Facts: ``what``, ``serial``."""

    code = "ses-certificate-unfit"
    zh = "{what}所附编号{serial}的证书不能用于SM2签名；请向签章方核实。"
    en = "The certificate {serial} of the {what} is not for SM2 signatures; ask who sealed."


class SealSignatureWrong(Invalid):
    """The maker's signature over the seal does not hold. Facts: ``seal``, its identifier."""

    code = "ses-seal-signature-wrong"
    zh = "电子印章{seal}自身的签名不成立；印章被改动过，请勿采信。"
    en = "The own signature of the electronic seal {seal} does not hold; it was altered, do not rely on it."


class SealOutOfTime(Invalid):
    """The seal was not in its time. Facts: ``seal``, ``at``, ``start``, ``end``."""

    code = "ses-seal-out-of-time"
    zh = "电子印章{seal}的有效期是{start}至{end}，不含{at}；请核对签章时间，或向签章方核实。"
    en = "The electronic seal {seal} holds from {start} to {end}, not at {at}; ask who sealed."


class SignerNotInSeal(Invalid):
    """The signer's certificate is none of those that the seal lists. Facts: ``seal``, ``serial``."""

    code = "ses-signer-not-in-seal"
    zh = "编号{serial}的签章者证书不在电子印章{seal}的名单之中；请勿采信，并向印章所有者核实。"
    en = "The electronic seal {seal} does not list the signer's certificate {serial}; ask the seal's owner."


class SealedDataDiffers(Invalid):
    """The document is not the one that was sealed. Facts: ``seal``."""

    code = "ses-data-differs"
    zh = "原文的杂凑值与电子签章（印章{seal}）所记的不同；原文被改动过，请勿采信。"
    en = "The document's digest is not the one sealed with {seal}; it was altered, do not rely on it."


class SealingSignatureWrong(Invalid):
    """The signer's signature does not hold. Facts: ``serial`` of the signer's certificate."""

    code = "ses-signature-wrong"
    zh = "电子签章的签名值与编号{serial}的签章者证书不符；请勿采信，并向签章方核实。"
    en = "The seal signature does not hold under the signer's certificate {serial}; do not rely on it."


class SealUnmakeable(Refused):
    """A seal cannot be made of these facts. Facts: ``place``."""

    code = "ses-seal-unmakeable"
    zh = "无法制作电子印章：{place}不合规则；请改正后重试。"
    en = "The electronic seal cannot be made: {place} is not allowed; correct it and try again."
