"""Every sentence that a report can say, once, in both languages.

The browser's verifier says the same words (``verify.browser_words``).
"""

from collections.abc import Mapping
from typing import Final

from verify.agreement_sentences import AGREEMENTS
from verify.authorization_sentences import AUTHORIZATIONS
from verify.shown_code_sentences import SHOWN_CODES
from verify.words import Words

SENTENCES: Final[Mapping[str, Words]] = {
    # 1 form
    "bundle-whole": Words(
        "证据包编码规范，{count}份证物都与主体关联，没有未绑定的内容。",
        "The bundle is in canonical form; its {count} exhibits are tied to its subject, nothing is loose.",
    ),
    "bundle-broken": Words(
        "证据包损坏或被改动过：{reason}。请重新索取原件。",
        "The bundle is damaged or was altered: {reason}. Ask for the original again.",
    ),
    "bundle-unbound": Words(
        "证据包里有与主体无关的证物（第{place}份），可能是后来塞入的。请重新索取原件。",
        "Exhibit {place} of the bundle has no tie to its subject and may have been slipped in. "
        "Ask for the original again.",
    ),
    "bundle-body": Words(
        "声明的内容不完整或不合规：“{member}”。请联系发证机关。",
        "The body of the statement is incomplete or malformed: {member}. Tell the issuer.",
    ),
    "qr-whole": Words("二维码编码规范，内容完整。", "The code is in canonical form and complete."),
    "undescribed-type": Words(
        "{type}（核验工具和信任文件都没有这个类型的说明，栏目按原名或位置显示）",
        "{type} (neither this verifier nor the trust file describes it: fields are called by name or place)",
    ),
    "qr-broken": Words(
        "二维码内容损坏或被改动过，不能采信。请对照原件重新扫描，仍不通过则联系发证机关。",
        "The content of the code is damaged or was altered; do not rely on it. Scan the original again, "
        "and if it still "
        "fails, tell the issuer.",
    ),
    # address of a QR code
    "address-pinned": Words(
        "二维码指向{city}登记的网址 {host}。", "The code leads to {host}, an address of {city}."
    ),
    "address-foreign": Words(
        "二维码指向 {host}，不是{city}登记的网址；它可能属于另一个城市。请用该城市的核验工具核验，不要相信"
        "它打开的网页。",
        "The code leads to {host}, which is no address of {city}; it may be of another city. Check it with "
        "that city's "
        "verifier and do not trust the page that it opens.",
    ),
    "address-false": Words(
        "二维码带有{city}机关的签名标识，却指向非官方网址 {host}：疑似仿冒，不要打开。请通知发证机关。",
        "The code carries the key of an issuer of {city} but leads to {host}, which is no official "
        "address: likely a "
        "fake, do not open it. Tell the issuer.",
    ),
    # issuer key
    "key-pinned": Words(
        "签名密钥属于{issuer}，签发时（{at}）在有效期内。",
        "The signing key belongs to {issuer} and was valid at the time of signing ({at}).",
    ),
    "key-unknown": Words(
        "信任文件里没有这把签名密钥，无法确认是谁签的。请取得最新的信任文件后再核验；在此之前不要采信。",
        "The trust file does not name this signing key, so nobody can say who signed. Get the newest trust "
        "file and "
        "check again; until then do not rely on it.",
    ),
    "key-of-another": Words(
        "声明自称由{issuer}签发，签名密钥却属于{owner}。不能采信。",
        "The statement claims to be from {issuer}, but the signing key belongs to {owner}. Do not rely on "
        "it.",
    ),
    "key-without-role": Words(
        "{issuer}的这把密钥无权签署此类声明（{role}）。不能采信。",
        "This key of {issuer} may not sign statements of this type ({role}). Do not rely on it.",
    ),
    "key-out-of-window": Words(
        "签发时间{at}不在{issuer}这把密钥的有效期内。不能采信。",
        "The time of signing, {at}, lies outside the validity of this key of {issuer}. Do not rely on it.",
    ),
    # signature
    "signature-holds": Words(
        "签名与内容一致，签发后没有改动。", "The signature fits the content: unchanged since it was signed."
    ),
    "signature-broken": Words(
        "签名与内容不一致：内容被改动过，或签名是伪造的。不能采信。",
        "The signature does not fit the content: it was altered, or the signature is forged. Do not rely "
        "on it.",
    ),
    "signature-unchecked": Words(
        "没有可信的密钥，签名未能核对。", "Without a trusted key the signature could not be checked."
    ),
    # disclosures
    "disclosures-open": Words(
        "所示内容{shown}项，都与签发时的承诺值一致（共{total}项）。",
        "Facts shown: {shown}, each opening its commitment as issued ({total} in all).",
    ),
    "disclosures-some": Words(
        "出示{shown}项（{names}），都与签发时的承诺值一致；另有{withheld}项未出示。",
        "Facts shown: {shown} ({names}), each opening its commitment as issued; {withheld} withheld.",
    ),
    "disclosures-none": Words(
        "没有出示任何栏目；签发时承诺的{withheld}项均未出示。",
        "No fact is shown; all {withheld} committed to as issued are withheld.",
    ),
    "disclosures-erased": Words(
        "持证人的信息已依法删除，承诺的{withheld}项不能再出示；证照本身的签名和记录不受影响。",
        "The holder's data was erased as the law asks: the {withheld} facts committed to are shown no more; "
        "signature and record of the certificate stand.",
    ),
    "disclosures-false": Words(
        "所示内容“{name}”与签发时的承诺值不一致，被改动过。不能采信。",
        "The fact {name} does not open any commitment as issued: it was altered. Do not rely on it.",
    ),
    "disclosures-twice": Words(
        "所示内容“{name}”出现了两次，证据包被改动过。不能采信。",
        "The fact {name} is shown twice: the bundle was altered. Do not rely on it.",
    ),
    # files
    "files-match": Words(
        "随附文件{present}个，都与声明中的摘要一致（声明共列{named}个）。",
        "Files enclosed: {present}, each with its digest in a statement ({named} named there).",
    ),
    "files-unbound": Words(
        "随附文件 {digest} 与任何声明中的摘要都不一致：被改动过，或不属于这个证据包。不能采信。",
        "The enclosed file {digest} matches no digest in the statements: it was altered or does not belong "
        "here. "
        "Do not rely on it.",
    ),
    # entry
    "entry-opens": Words("账本条目确实对应这份声明。", "The log entry opens to this statement."),
    "entry-of-another": Words(
        "账本条目对应的不是这份声明（{member}不一致）。不能采信。",
        "The log entry does not open to this statement ({member} differs). Do not rely on it.",
    ),
    # receipt
    "receipt-holds": Words(
        "账本 {origin} 的回执有效：第{index}号条目在{size}条目的检查点之内。",
        "The receipt of log {origin} holds: entry {index} lies under its checkpoint of {size} entries.",
    ),
    "receipt-unchecked": Words(
        "此浏览器没有 Ed25519，无法核对日志的签名。请换用较新的浏览器，或使用 yinxin verify。",
        "This browser lacks Ed25519, so the log's signature was not checked. Use a newer browser, or yinxin "
        "verify.",
    ),
    "receipt-recorded": Words(
        "账本 {origin} 已承诺记录（第{index}号条目），但回执还没有检查点，无法独立核对。请稍后重新下载证据"
        "包。",
        "Log {origin} promised entry {index}, but the receipt has no checkpoint yet and cannot be checked "
        "independently. Download the bundle again later.",
    ),
    "receipt-broken": Words(
        "账本回执不成立：{reason}。不能采信。",
        "The receipt of the log does not hold: {reason}. Do not rely on it.",
    ),
    "receipt-of-another-log": Words(
        "回执出自另一个账本，信任文件里没有它的密钥，无法核验。请取得该账本所属城市的信任文件。",
        "The receipt is of another log, whose key the trust file does not hold, so it cannot be checked. Get "
        "the trust file of that log's city.",
    ),
    "receipt-of-another": Words(
        "账本回执属于另一个条目。不能采信。", "The receipt belongs to another entry. Do not rely on it."
    ),
    # anchor
    "anchor-confirmed": Words(
        "已联网查到：检查点在链 {chain} 的第{block}号区块，其后已有{depth}个区块。",
        "Looked up online: the checkpoint stands in block {block} of chain {chain}, {depth} blocks deep.",
    ),
    "anchor-claimed": Words(
        "账本声称检查点已写入链 {chain} 的第{block}号区块；离线，未查链。",
        "The log claims that the checkpoint stands in block {block} of chain {chain}; offline, not looked "
        "up.",
    ),
    "anchor-none": Words(
        "检查点尚未写入链。联网后重新下载证据包即可补上。",
        "The checkpoint is not yet anchored on the chain. Download the bundle again later to have it.",
    ),
    "anchor-elsewhere": Words(
        "回执指向的链或合约与信任文件不同（链 {chain}，合约 {contract}）：账本不一致，请向发证机关核实。",
        "The receipt names a chain or contract other than the trust file's (chain {chain}, contract "
        "{contract}): the "
        "ledger differs; ask the issuer.",
    ),
    # validity
    "validity-within": Words("{day}在有效期内（{period}）。", "{day} lies within the validity ({period})."),
    "validity-early": Words("{day}尚未生效（{period}）。", "Not yet valid on {day} ({period})."),
    "validity-over": Words("{day}已过有效期（{period}）。", "The validity was over on {day} ({period})."),
    "validity-unissued": Words(
        "所问时间早于签发时间（{at}），当时尚未签发。",
        "The moment asked about is before the time of issue ({at}); it had not been issued.",
    ),
    "period": Words("{first}至{last}", "{first} to {last}"),
    "period-open": Words("{first}起长期有效", "from {first}, without end"),
    # status
    "status-none": Words(
        "没有状态清单，无法得知是否被暂扣或终止。请联网刷新后再核验。",
        "There is no status list, so a suspension or revocation would not be known. Refresh online and "
        "check again.",
    ),
    "status-forged": Words(
        "状态清单不是{issuer}签发的，或被改动过，不予采用。",
        "The status list was not signed by {issuer} or was altered; it is not used.",
    ),
    "status-key-unknown": Words(
        "信任文件里没有签署状态清单的密钥，不予采用。请取得最新的信任文件后再核验。",
        "The trust file does not name the key that signed the status list, so the list is not used. Get the "
        "newest trust file and check again.",
    ),
    "status-future": Words(
        "状态清单的签发时间{at}晚于核验时间：请检查本机时钟，或换一份清单。",
        "The status list is dated {at}, after the time of this check: check the clock of this device, or use "
        "another list.",
    ),
    "status-uncovered": Words(
        "状态清单（{at}）没有涵盖这份证照，请联网刷新后再核验。",
        "The status list of {at} does not cover this certificate. Refresh online and check again.",
    ),
    "status-stale": Words(
        "状态清单是{at}的，当时{state}；已超过{hours}小时的有效时限，请联网刷新后再核验。",
        "The status list is of {at}, when the certificate was {state}; it is older than allowed ({hours} "
        "hours or its "
        "own expiry). Refresh online and check again.",
    ),
    "status-clear": Words(
        "{issuer}{at}的状态清单：未被暂扣、终止或取代。",
        "The status list of {issuer} of {at} shows no suspension, revocation or successor.",
    ),
    "status-exception": Words(
        "{issuer}{at}的状态清单：{state}。", "The status list of {issuer} of {at} says: {state}."
    ),
    "status-witnessed": Words(
        "{at}联网查询：{state}（{block}）。", "Looked up online at {at}: {state} ({block})."
    ),
    "status-changed": Words(
        "证据包内{issuer}{at}的变更记录：{state}。",
        "The change record of {issuer} of {at} in the bundle says: {state}.",
    ),
    "status-not-listed": Words(
        "这类证据没有状态清单；证据包里没有撤销记录，但离线无法得知之后是否被撤销。",
        "Evidence of this kind has no status list; the bundle holds no revocation, but a later one would "
        "not be known "
        "offline.",
    ),
    "block": Words("区块 {number}", "block {number}"),
    "block-none": Words("由发证机关答复", "answered by the issuer"),
    **AUTHORIZATIONS,
    **AGREEMENTS,
    **SHOWN_CODES,
    # related exhibits
    "related-holds": Words(
        "关联证物“{type}”（{issuer}，{at}）：签名、条目和回执均成立。",
        "Related exhibit, {type} ({issuer}, {at}): signature, entry and receipt hold.",
    ),
    "related-not": Words(
        "关联证物“{type}”（{issuer}，{at}）：{reason}", "Related exhibit, {type} ({issuer}, {at}): {reason}"
    ),
    "type-consent": Words("同意", "consent"),
    "type-enrollment": Words("人脸注册", "enrollment"),
    "type-passkey": Words("设备密钥", "device key"),
    "type-counter": Words("窗口经办", "act at a counter"),
    "type-approval": Words("本人确认", "approval"),
    "type-authorization": Words("授权", "authorization"),
    "type-authorization-change": Words("授权变更", "change of an authorization"),
    "type-organization": Words("组织登记", "organization"),
    "type-key": Words("密钥登记", "key"),
    "type-seal": Words("印章变更", "change of a seal"),
    "type-signature": Words("签名", "signature"),
    "type-agreement": Words("共同签署", "agreement"),
    "type-certificate": Words("电子证照", "certificate"),
    "type-certificate-change": Words("证照变更", "change of a certificate"),
    "type-certificate-copy": Words("加注件", "purpose-bound copy"),
    "type-certificate-type": Words("证照类型登记", "registration of a type of certificates"),
    "type-receipt": Words("回执", "receipt"),
    "type-status-list": Words("状态清单", "status list"),
    "type-status-delta": Words("状态清单的增量", "delta of a status list"),
    "type-copy-state": Words("加注件的状态", "state of a purpose-bound copy"),
    "type-register-answer": Words("登记机关答复", "answer of a register"),
    # states
    "state-in-force": Words("有效", "in force"),
    "state-suspended": Words("被暂扣", "suspended"),
    "state-ended": Words(
        "已终止（撤销、撤回、吊销、注销等）", "ended (revoked, withdrawn, annulled or cancelled)"
    ),
    "state-revoked": Words("已被撤销", "revoked"),
    "state-withdrawn": Words("已被撤回", "withdrawn"),
    "state-annulled": Words("已被吊销", "annulled"),
    "state-cancelled": Words("已注销", "cancelled"),
    "state-abolished": Words("已废止", "abolished"),
    "state-superseded": Words("已被新版本取代", "superseded by a newer version"),
    "state-expired": Words("已过期", "expired"),
    "state-not-yet-valid": Words("尚未生效", "not yet valid"),
    "state-refused": Words("已被拒绝", "refused"),
    "state-used": Words("已使用", "used up"),
    "state-lapsed": Words("已失效", "lapsed"),
    "state-voided": Words("已由签署各方作废", "voided by all who signed"),
    # the answer
    "headline-failed": Words("不真实。", "Not genuine."),
    "headline-indeterminate": Words("无法核验。", "Cannot be verified."),
    "headline-in-force": Words("真实，截至{at}有效。", "Genuine, in force as of {at}."),
    "headline-not-in-force": Words("真实，但{state}（截至{at}）。", "Genuine, but {state} (as of {at})."),
    "headline-unknown": Words("真实，但是否有效无法确定。", "Genuine; whether it is in force is unknown."),
    "headline-agreement": Words("真实，签署已完成。", "Genuine, and the signing is complete."),
}
