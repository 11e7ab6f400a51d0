"""Why a certificate is not registered: what it would rest on, who would hold it, when it would begin."""

from evidence.errors import Refused


class AgreementIncomplete(Refused):
    """Not every party has signed what the certificate rests on."""

    code = "agreement-incomplete"
    zh = "签署“{title}”尚未全部完成，不能据以签发证照。"
    en = "The agreement “{title}” is not signed by all; no certificate can be issued for it yet."


class AgreementVoided(Refused):
    """Everybody who signed what the certificate would rest on has voided it."""

    code = "agreement-voided"
    zh = "签署“{title}”已于 {voided_at} 由各方一致作废，不能据以签发证照。"
    en = "All parties voided the agreement “{title}” at {voided_at}; no certificate can be issued for it."


class HolderNotParty(Refused):
    """The holder signed nothing of what the certificate rests on."""

    code = "holder-not-party"
    zh = "单位 {holder} 不是签署“{title}”的一方，不能作为持证主体。"
    en = "Organization {holder} is no party of the agreement “{title}” and cannot hold the certificate."


class CertificateIssued(Refused):
    """For this agreement another certificate of the type exists."""

    code = "certificate-issued"
    zh = "已为该申请签发证照 {number}，内容与本次不同；如需变更，请办理变更。"
    en = "Certificate {number} was issued for this application with other content; amend it instead."


class NotAnAuthorization(Refused):
    """A referred fact is of another kind."""

    code = "not-an-authorization"
    zh = "所引用的事实 {digest} 不是授权书，请核对后重试。"
    en = "The fact {digest} referred to is not an authorization; check it and try again."


class CertificateErased(Refused):
    """What the certificate says was erased with its holder's data. Facts: ``number``, ``erased_at``."""

    code = "certificate-erased"
    zh = "证照 {number} 持证人的信息已于 {erased_at} 依法删除，不能再出示或下载；其签名和账本记录仍可核验。"
    en = (
        "The holder's data of certificate {number} was erased at {erased_at} as the law asks and is shown no "
        "more; its signature and its entry of the log still verify."
    )


class ValidityBeforeIssue(Refused):
    """The validity begins before the certificate exists."""

    code = "validity-before-issue"
    zh = "有效期起 {valid_from} 早于签发日 {issued_on}（北京时间），请改为签发当日或以后。"
    en = "The validity begins on {valid_from}, before its issue on {issued_on} (Beijing); choose a later day."


class AgreementNeeded(Refused):
    """The type rests on an agreement, and none is named. Facts: ``certificate_type``."""

    code = "agreement-needed"
    zh = "“{certificate_type}”须依据各方签署的申请签发，请先发起并完成签署。"
    en = "A {certificate_type} rests on an application that its parties signed; have one signed first."
