"""A call from a desk that is sent again after a lost answer takes effect once.

    Idempotency-Key ─ lock ─┬─ new ──────────→ the job ─→ its answer, sealed beside what it did
                            ├─ the same again → the answer of the first time, and no job
                            └─ other content ─→ key-reused (422)

The row is written in the transaction of the job, so there is an answer exactly where there is an
effect: whatever was refused is asked anew.  A key is its person's own.  The row names neither key
nor person, and the answer (AES-256-GCM, NIST SP 800-38D) opens only by the key, of which nothing is
kept: it may hold a password that is shown once, or what a resident said.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from sqlmodel import Session

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.store import doneonce
from fieldops.store.doneonce import Done

KEPT_MS = 48 * 3600 * 1000
"""A console asks again within a day."""
_PURPOSE = b"fieldops done once 1"
"""Sets these hashes apart from all others that are made with the server's secret."""
_KEY = re.compile(r'"([!#-\[\]-~]{1,200})"|([!#-\[\]-~]{1,200})')
"""A string of RFC 8941 (as draft-ietf-httpapi-idempotency-key-header-07 asks), or without quotes:
printable ASCII but space, quote and backslash."""
_NONCE_BYTES = 12


class Answer(Struct, frozen=True):
    """What a call is answered: an HTTP status, JSON, and the entity tag if there is one."""

    status: int
    body: bytes
    tag: str = ""


class Call(Struct, frozen=True):
    """A call by its key: ``name`` is whose call it is, ``mark`` what it asks for."""

    name: UUID
    mark: bytes
    sealing: bytes


def call(secret: bytes, person: UUID, header: str, *asked: bytes) -> Call:
    """A call as its ``Idempotency-Key`` makes it known.  Raises ``ProblemError`` validation.

    ``asked`` is all that makes it another call: path and body.
    """
    found = _KEY.fullmatch(header.strip())
    if found is None:
        raise ProblemError(problem("validation", _UNFIT))
    key = (found[1] or found[2]).encode()
    drawn = hmac.digest(secret, _PURPOSE + person.bytes + key, "sha512")
    name, marking, sealing = drawn[:16], drawn[16:32], drawn[32:]
    told = b"".join(len(part).to_bytes(8) + part for part in asked)
    return Call(UUID(bytes=name), hmac.digest(marking, told, "sha256"), sealing)


_UNFIT = Said(
    "Idempotency-Key：须为 1 至 200 个可见 ASCII 字符，不含引号和反斜杠",
    "Idempotency-Key: 1 to 200 visible ASCII characters, without quotes and backslashes",
)


def once(session: Session, asked: Call, job: Callable[[], Answer], now_ms: int) -> Answer:
    """The answer of the job, which is done unless it was before.

    Raises ``ProblemError`` key-reused, and what the job raises.
    """
    known = doneonce.locked(session, asked.name)
    if known is None:
        made = job()
        doneonce.add(session, asked.name, Done(asked.mark, _seal(asked, made)), now_ms)
        return made
    if not hmac.compare_digest(known.mark, asked.mark):
        raise ProblemError(problem("key-reused"))
    return _open(asked, known)


def sweep(session: Session, now_ms: int) -> None:
    """Forget what nobody asks for again."""
    doneonce.forget(session, now_ms - KEPT_MS)


def _seal(asked: Call, made: Answer) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(asked.sealing).encrypt(nonce, msgspec.msgpack.encode(made), asked.mark)


def _open(asked: Call, known: Done) -> Answer:
    nonce, sealed = known.sealed[:_NONCE_BYTES], known.sealed[_NONCE_BYTES:]
    plain = AESGCM(asked.sealing).decrypt(nonce, sealed, asked.mark)
    return msgspec.msgpack.decode(plain, type=Answer)
