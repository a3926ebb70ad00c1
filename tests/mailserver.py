"""A real mail server for tests (aiosmtpd): it takes letters, or refuses them as a test says."""

import contextlib
import email
import email.policy
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from tests.consumers import free_port


class Post:
    """What arrived, in order; ``answers`` by address are said instead of taking it."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.data_answers: list[str] = []
        self.sender_answers: list[str] = []
        self.port = 0

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.sender_answers:
            return self.sender_answers.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_answers:
            return self.data_answers.pop(0)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    @property
    def to(self) -> list[str]:
        return [str(one["To"]) for one in self.letters]


@contextlib.contextmanager
def mail_server(
    post: Post,
    context: ssl.SSLContext | None = None,
    password: bytes = b"",
    port: int = 0,
    implicit: ssl.SSLContext | None = None,
) -> Iterator[Post]:
    """A mail server on loopback: with ``context`` by STARTTLS, with ``password`` for one name."""

    def authenticate(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> Any:
        is_right = (given.login, given.password) == (b"fieldops", password)
        return AuthResult(success=is_right, handled=False)

    more: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context else {}
    if implicit is not None:
        more = {"ssl_context": implicit}
    if password:
        more |= {"authenticator": authenticate, "auth_required": True}
    controller = Controller(post, hostname="127.0.0.1", port=port or free_port(), **more)
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()
