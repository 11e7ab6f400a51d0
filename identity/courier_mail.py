"""Messages by mail over SMTP, never without TLS (RFC 8314): at once on port 465, by STARTTLS on any other."""

import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from identity.couriers import CourierRefused, CourierUnavailable, Letter

TIME_OUT = 10.0
"""Seconds that each step of an exchange may take."""

IMPLICIT_TLS = 465
_FIRST_PERMANENT = 500


class SmtpCourier:
    """Hands letters to the mail server ``host``, signed in as ``user`` where one is given."""

    def __init__(
        self,
        host: str,
        *,
        port: int = IMPLICIT_TLS,
        user: str = "",
        password: str = "",
        sender: str,
        context: ssl.SSLContext | None = None,
        time_out: float = TIME_OUT,
    ) -> None:
        self._host, self._port = host, port
        self._user, self._password, self._sender = user, password, sender
        self._context = context or ssl.create_default_context()
        self._time_out = time_out

    def carry(self, letter: Letter) -> None:
        """Send the letter; its id is the id of the mail, so that a second copy is known as one."""
        try:
            server = self._connected()
            try:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(self._mail(letter))
            finally:
                _take_leave(server)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refusal(max(codes, default=0)) from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code) from None
        except (smtplib.SMTPException, OSError) as error:
            raise CourierUnavailable(reason=type(error).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        if self._port == IMPLICIT_TLS:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._time_out, context=self._context)
        server = smtplib.SMTP(self._host, self._port, timeout=self._time_out)
        try:
            server.starttls(context=self._context)
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        return server

    def _mail(self, letter: Letter) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, letter.address, letter.title
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{letter.id}@{self._sender.rpartition('@')[2]}>"
        mail.set_content(letter.text)
        return mail


def _take_leave(server: smtplib.SMTP) -> None:
    """End the exchange; whatever is said to that, a letter that was taken was taken."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _refusal(code: int) -> CourierRefused | CourierUnavailable:
    """A server's 5xx is for good; its 4xx, and a sign-in that fails, may be put right (RFC 5321, 4.2.1)."""
    if code >= _FIRST_PERMANENT and code not in _SIGN_IN:
        return CourierRefused(reason=code)
    return CourierUnavailable(reason=code)


_SIGN_IN = frozenset({530, 534, 535, 538})  # RFC 4954, 6: the operator's settings, not the letter
