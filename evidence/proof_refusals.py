"""Why a Merkle proof is refused: one name a reason, the same in ``api/static/js/verifier/merkle.js``.

tests/conformance/log_fail.json holds a case for each, run in Python and in the browser, and by the contract
where a log grows.
"""

from evidence.errors import ProofInvalid


class NumberInexact(ProofInvalid):
    """An index or a size is negative or no whole number."""

    code = "number-inexact"
    zh = "日志证明（{proof}）中的数 {number} 不是非负整数，请重新获取凭证。"
    en = "The {proof} proof names {number}, which is no whole number from 0 on; get the evidence again."


class NumberTooLarge(ProofInvalid):
    """An index or a size is 2^63 or more."""

    code = "number-too-large"
    zh = "日志证明（{proof}）中的数 {number} 超出上限（2的63次方），请重新获取凭证。"
    en = "The {proof} proof names {number}, and no log reaches 2^63 entries; get the evidence again."


class IndexPastEnd(ProofInvalid):
    """A leaf is claimed beyond the end of the tree."""

    code = "index-past-end"
    zh = "日志只有{size}条记录，没有所称的第{index}号，请重新获取凭证。"
    en = "The tree has {size} leaves and none numbered {index}; get the evidence again."


class SizeShrinks(ProofInvalid):
    """A log is said to have fewer entries than it had."""

    code = "size-shrinks"
    zh = "日志从{old}条减少到{new}条：日志只能增长，请勿采信，并向日志运行方查询。"
    en = "The log shrinks from {old} to {new} entries, and a log only grows; do not rely on it."


class HashLengthWrong(ProofInvalid):
    """A value of a proof is not 32 bytes."""

    code = "hash-length"
    zh = "日志证明（{proof}）中有长{length}字节的值，应为32字节，请重新获取凭证。"
    en = "The {proof} proof holds a value of {length} bytes instead of 32; get the evidence again."


class PathLengthWrong(ProofInvalid):
    """A path has more or fewer hashes than its index and sizes ask for."""

    code = "path-length"
    zh = "日志证明（{proof}）有{length}个值，与所称的编号和条数不合，请重新获取凭证。"
    en = "The {proof} proof has {length} values, which does not fit its numbers; get the evidence again."


class RootDiffers(ProofInvalid):
    """A path of the right length leads to another root."""

    code = "root-differs"
    zh = "日志证明（{proof}）得出的是另一个根哈希，该记录不在所称的日志之中，请勿采信。"
    en = "The {proof} proof leads to another root: the log is not what it claims; do not rely on it."
