"""Where people get letters: set by whoever looks after accounts, or by themselves."""

import re
from uuid import UUID

from sqlmodel import Session

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.store import audit, letters
from fieldops.store.letters import Mailbox

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,255}")
"""What mail servers without SMTPUTF8 take for an address, near enough (RFC 5321, 4.1.2)."""


def set_mailbox(
    session: Session, user: UUID, address: str, language: str, actor: UUID, now_ms: int
) -> None:
    """Set where a person gets letters, and in which language; an empty address means nowhere.

    Raises ``ProblemError`` validation.
    """
    if address and not (address.isascii() and _ADDRESS.fullmatch(address)):
        raise ProblemError(
            problem("validation", at("address", Said("不是有效的邮箱地址", "is no e-mail address")))
        )
    letters.put_mailbox(session, Mailbox(user, address, language))
    detail = {"language": language, "gets_letters": bool(address)}
    entry = audit.Entry("user.mailbox", now_ms, actor=actor, subject=user, detail=detail)
    audit.add(session, entry)
