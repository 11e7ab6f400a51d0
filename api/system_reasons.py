"""Why the operating system refused something, in the reader's language.

reason(error).zh == "没有这个文件或文件夹"
"""

import errno

from evidence.errors import Term

_REASONS = {
    errno.ENOENT: Term("没有这个文件或文件夹", "no such file or folder"),
    errno.EACCES: Term("没有权限", "permission denied"),
    errno.EPERM: Term("不允许此操作", "operation not permitted"),
    errno.EISDIR: Term("这是文件夹，不是文件", "it is a folder, not a file"),
    errno.ENOTDIR: Term("路径中有一段不是文件夹", "a part of the path is no folder"),
    errno.EEXIST: Term("同名文件已经存在", "a file of this name exists"),
    errno.EROFS: Term("所在磁盘只读", "the disk is read-only"),
    errno.ENOSPC: Term("磁盘已满", "the disk is full"),
    errno.ENAMETOOLONG: Term("文件名太长", "the name is too long"),
    errno.ELOOP: Term("符号链接绕成了圈", "its symbolic links run in a circle"),
    errno.EIO: Term("磁盘读写出错", "the disk failed"),
    errno.EADDRINUSE: Term("端口已被占用", "the port is in use"),
    errno.EADDRNOTAVAIL: Term("本机没有这个地址", "this machine has no such address"),
}


def reason(error: OSError) -> Term:
    """Give the reason of ``error``; an uncommon one by its number, which both languages share."""
    number = error.errno
    unknown = Term(f"系统错误 {number}", f"system error {number}")
    return _REASONS.get(number, unknown) if number is not None else unknown
