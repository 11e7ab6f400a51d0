"""Every failure as one clear sentence: RFC 9457 problem details for programs, a page for people.

The HTTP words are here and nowhere below: Refused is 409 (or what ``STATUS`` says), Unavailable 503,
Invalid 422.
"""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.field_names import listed, named
from api.language import language_of, sentence
from api.pages import page
from evidence.errors import Invalid, Refused, Unavailable, YinxinError

log = logging.getLogger("yinxin.api")

STATUS = {
    "sign-in-needed": HTTPStatus.UNAUTHORIZED,
    "api-key-invalid": HTTPStatus.UNAUTHORIZED,
    "not-yours": HTTPStatus.FORBIDDEN,
    "not-the-starter": HTTPStatus.FORBIDDEN,
    "reader-only": HTTPStatus.FORBIDDEN,
    "api-key-not-enough": HTTPStatus.FORBIDDEN,
    "challenge-of-another": HTTPStatus.FORBIDDEN,
    "another-agency": HTTPStatus.FORBIDDEN,
    "link-spent": HTTPStatus.FORBIDDEN,
    "embedding-spent": HTTPStatus.FORBIDDEN,
    "embedding-expired": HTTPStatus.FORBIDDEN,
    "embedding-key-revoked": HTTPStatus.FORBIDDEN,
    "embedding-not-framed": HTTPStatus.FORBIDDEN,
    "embedding-not-the-starter": HTTPStatus.FORBIDDEN,
    "frame-unknown": HTTPStatus.FORBIDDEN,
    "framing-origin-foreign": HTTPStatus.FORBIDDEN,
    "origin-foreign": HTTPStatus.FORBIDDEN,
    "officer-incomplete": HTTPStatus.FORBIDDEN,
    "own-case": HTTPStatus.FORBIDDEN,
    "certificate-field-unknown": HTTPStatus.UNPROCESSABLE_ENTITY,
    "certificate-type-unknown": HTTPStatus.UNPROCESSABLE_ENTITY,
    "reason-unknown": HTTPStatus.UNPROCESSABLE_ENTITY,
    "upload-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "host-foreign": HTTPStatus.MISDIRECTED_REQUEST,
    "form-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


NOT_FOUND = frozenset(
    {
        "account-unknown",
        "agreement-unknown",
        "api-key-unknown",
        "appointment-unknown",
        "assembly-unknown",
        "authorization-unknown",
        "batch-unknown",
        "case-unknown",
        "delivery-unknown",
        "certificate-unknown",
        "share-unknown",
        "challenge-unknown",
        "checkpoint-unknown",
        "comment-unknown",
        "copy-unknown",
        "demonstration-frame-unknown",
        "document-number-unknown",
        "document-page-unknown",
        "document-unknown",
        "embedding-unknown",
        "entry-unknown",
        "finding-unknown",
        "framing-origin-unknown",
        "issue-batch-unknown",
        "issue-line-unknown",
        "issuer-unknown",
        "national-off",
        "nobody-found",
        "nothing-found",
        "person-unknown",
        "photograph-unknown",
        "presentation-unknown",
        "organization-unknown",
        "outbox-unknown",
        "passkey-unknown",
        "question-unknown",
        "reader-unknown",
        "qualification-unknown",
        "seal-unknown",
        "slot-unknown",
        "status-list-unknown",
        "template-unknown",
        "tree-too-small",
        "tile-unknown",
        "visit-unknown",
        "webhook-unknown",
    }
)
"""Codes of things that have an address or a number and are not there, or not the visitor's to see."""


class OriginForeign(Refused):
    """A page of another site tried to act in the visitor's name."""

    code = "origin-foreign"
    zh = "该操作来自其他网站（{origin}），已拒绝。请在本站页面上操作。"
    en = "The request came from another site ({origin}) and was refused; act on this site's own pages."


class HostForeign(Refused):
    """The request names another host: a name that was made to point here, or an address nobody set."""

    code = "host-foreign"
    zh = "本站不在“{host}”这一地址提供服务，请从 {public_url} 进入。"
    en = "This site does not answer as {host}; open it at {public_url}."


class UploadTooLarge(Refused):
    """A request body above the limit."""

    code = "upload-too-large"
    zh = "上传内容超过 {limit_mb} MB 的上限，请缩小后重试。"
    en = "The upload is larger than the limit of {limit_mb} MB; make it smaller and try again."


class FormTooLarge(Refused):
    """A request body without a file above the limit of forms."""

    code = "form-too-large"
    zh = "提交的内容超过 {limit_kb} kB 的上限，请缩短文字后重试。"
    en = "What was sent is longer than the limit of {limit_kb} kB; shorten the text and try again."


class FieldTwice(Invalid):
    """A JSON object names a field twice. Facts: ``field``, as people call it."""

    code = "field-twice"
    zh = "提交的内容里“{field}”出现了两次，无法确定以哪一个为准；请只填一次后再提交。"
    en = "What was sent names the {field} twice, so nobody can tell which counts; give it once."


class FormIncomplete(Invalid):
    """Fields of a form or an address are missing or malformed. Facts: ``fields``, as people call them."""

    code = "form-incomplete"
    zh = "以下内容缺失或格式不对：{fields}。请补正后再提交。"
    en = "Missing or malformed: {fields}. Correct it and send again."


def status_of(error: YinxinError) -> HTTPStatus:
    """Give the HTTP status of ``error``."""
    if error.code in STATUS:
        return STATUS[error.code]
    if error.code in NOT_FOUND:
        return HTTPStatus.NOT_FOUND
    match error:
        case Unavailable():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case Invalid():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case _:
            return HTTPStatus.CONFLICT


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _answer(
    request: Request, *, status: HTTPStatus, code: str, zh: str, en: str, **further: object
) -> Response:
    words = zh if language_of(request) == "zh" else en
    if _wants_page(request):
        return page(request, "problem.html", status_code=status, words=words, code=code, status=int(status))
    return JSONResponse(
        {
            "type": f"/problems/{code}",
            "title": code,
            "status": int(status),
            "detail": words,
            "zh": zh,
            "en": en,
            **further,
        },
        status_code=status,
        media_type="application/problem+json",
    )


def answer_refusal(request: Request, error: YinxinError) -> Response:
    """Answer an error of the house in the visitor's language; of captures, say which it is about.

    ``judged``: a scan was counted as failed by it. ``rows``: each wrong cell of a sheet.
    """
    further = {name: error.facts[name] for name in ("capture", "judged", "rows") if name in error.facts}
    return _answer(
        request,
        status=status_of(error),
        code=error.code,
        zh=error.sentence("zh"),
        en=error.sentence("en"),
        **further,
    )


def _by_key(request: Request, status: HTTPStatus, key: str, **facts: object) -> Response:
    return _answer(
        request,
        status=status,
        code=key.removeprefix("problem."),
        zh=sentence(key, "zh", **facts),
        en=sentence(key, "en", **facts),
    )


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, YinxinError):
        raise error
    return answer_refusal(request, error)


async def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return answer_refusal(
        request, FormIncomplete(fields=listed(named(each["loc"]) for each in error.errors()))
    )


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.NOT_FOUND:
        return _by_key(request, HTTPStatus.NOT_FOUND, "problem.page-unknown", path=request.url.path)
    return _by_key(
        request, HTTPStatus(error.status_code), "problem.request-refused", number=error.status_code
    )


def answer_unexpected(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw. Its message may quote what a person typed: kind and place are logged."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error(
        "unexpected %s at %s on %s %s",
        type(error).__name__,
        place,
        request.method,
        request.scope.get("route"),
    )
    return _by_key(request, HTTPStatus.INTERNAL_SERVER_ERROR, "problem.unexpected")


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` as a problem."""
    app.add_exception_handler(YinxinError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
