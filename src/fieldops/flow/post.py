"""Handing letters to a mail server (RFC 5321): each by itself, so that none holds up another.

A letter's ``Message-ID`` is derived from what it tells of and to whom: one that went out twice, for
the worker died in between, is recognised as the same.
"""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate
from typing import cast

from fieldops.rules.lettertexts import letter_text
from fieldops.rules.notices import Name
from fieldops.sections import MailSettings
from fieldops.store.letters import Settled, Waiting
from fieldops_sync.ids import uuid8

_HOUR_MS = 3_600_000
_PAUSE_MS, _PAUSE_MAX_MS = 60_000, 3_600_000


def message(letter: Waiting, given: MailSettings) -> EmailMessage:
    """A letter as it travels."""
    told = letter.letter
    text = letter_text(cast(Name, told.notice), told.facts, letter.box.language)
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = given.sender, letter.box.address, text.subject
    made["Date"] = formatdate(letter.made_ms / 1000, usegmt=True)
    name, domain = uuid8(b"letter", told.cause.bytes, told.user.bytes), given.sender.split("@")[-1]
    made["Message-ID"] = f"<{name}@{domain.strip('<> ')}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = letter.box.language
    made.set_content(text.body)
    return made


def send(waiting: Sequence[Waiting], given: MailSettings, now_ms: int) -> list[Settled]:
    """Hand letters over; what came of each, in order.  Never raises for what the server does."""
    done: list[Settled] = []
    try:
        with _connected(given) as server:
            for letter in waiting:
                # Not all at once: what went out before a fault has gone out.
                done.append(_one(server, letter, given, now_ms))  # noqa: PERF401
    except (OSError, smtplib.SMTPException) as error:
        # Nobody there, or the connection broke: the rest waits.
        why = _why(error)
        done += [_later(one, given, why, now_ms) for one in waiting[len(done) :]]
    return done


def check(given: MailSettings) -> str:
    """Why the mail server cannot be used, or an empty text."""
    try:
        with _connected(given) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return _why(error)
    return ""


@contextmanager
def _connected(given: MailSettings) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if given.ca_file is not None:
        context.load_verify_locations(given.ca_file)
    host, port, timeout_s = given.host, given.port_or_default, given.timeout_s
    server = (
        smtplib.SMTP_SSL(host, port, timeout=timeout_s, context=context)
        if given.tls == "tls"
        else smtplib.SMTP(host, port, timeout=timeout_s)
    )
    with server:
        if given.tls == "starttls":
            server.starttls(context=context)
        if given.username:
            server.login(given.username, given.password.get_secret_value())
        yield server


def _one(server: smtplib.SMTP, letter: Waiting, given: MailSettings, now_ms: int) -> Settled:
    told = letter.letter
    try:
        server.send_message(message(letter, given))
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _text in error.recipients.values())
        return _answered(letter, code, given, now_ms)
    except smtplib.SMTPDataError as error:
        return _answered(letter, error.smtp_code, given, now_ms)
    return Settled(told.cause, told.user, "sent")


def _answered(letter: Waiting, code: int, given: MailSettings, now_ms: int) -> Settled:
    """5yz is for good (RFC 5321, 4.2.1); the recipient is not there, or wants no such letter."""
    why = f"answered {code}"
    if code >= 500:
        return Settled(letter.letter.cause, letter.letter.user, "refused", why)
    return _later(letter, given, why, now_ms)


def _later(letter: Waiting, given: MailSettings, why: str, now_ms: int) -> Settled:
    told = letter.letter
    if now_ms - letter.made_ms >= given.give_up_hours * _HOUR_MS:
        return Settled(told.cause, told.user, "given-up", why)
    pause_ms = min(_PAUSE_MS * 2 ** min(letter.tries, 20), _PAUSE_MAX_MS)
    return Settled(told.cause, told.user, "waiting", why, now_ms + pause_ms)


def _why(error: Exception) -> str:
    """What went wrong, for people; never what the server wrote, which may hold addresses."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "the mail server does not take the name and password"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"answered {error.smtp_code}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: {error.verify_message}"
    return f"no answer ({type(error).__name__})"
