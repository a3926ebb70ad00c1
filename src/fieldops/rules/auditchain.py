"""How lines of the audit are marked and chained: bytes in, hashes out.

    written    mark  = nonce ‖ keyed hash of nonce and content  by a process that has the key
    committed  link  = SHA-256(link before ‖ chain ‖ no ‖ mark ‖ content)      once, in one order

The mark says that the line is ours and unchanged; the link that it stands where it stood, and that
nothing before it is missing.  Who has the database has neither the key nor what was signed.
"""

import hashlib
import os
import struct
from hmac import compare_digest

from msgspec import Struct

NONCE_BYTES, TAG_BYTES = 8, 16
"""The nonce lets no two lines have one mark: a line that was copied is found by it."""
GENESIS = bytes(32)
"""What stands before the first link."""
_PERSON = b"fieldops audit"
_INSTANT = struct.Struct(">q").pack
_LENGTH = struct.Struct(">I").pack
_PLACE = struct.Struct(">qq").pack
_ABSENT = b"\xff\xff\xff\xff"


class Line(Struct, frozen=True, gc=False):
    """A row of the audit as it is stored: ids are 16 raw bytes, ``detail`` UTF-8 JSON.

    ``chain`` and ``link`` are None until it is chained, ``mark`` where the writer had no key.
    """

    no: int
    at_ms: int
    actor: bytes | None
    device: bytes | None
    action: bytes
    subject: bytes | None
    detail: bytes
    mark: bytes | None = None
    chain: int | None = None
    link: bytes | None = None


def content(
    at_ms: int,
    actor: bytes | None,
    device: bytes | None,
    action: bytes,
    subject: bytes | None,
    detail: bytes,
) -> bytes:
    """What a line says, in one unambiguous form: each member with its length before it."""
    parts = [_INSTANT(at_ms)]
    for member in (actor, device, action, subject, detail):
        parts += (_ABSENT,) if member is None else (_LENGTH(len(member)), member)
    return b"".join(parts)


def content_of(line: Line) -> bytes:
    """What a stored line says."""
    return content(line.at_ms, line.actor, line.device, line.action, line.subject, line.detail)


def mark(key: bytes, said: bytes) -> bytes:
    """The mark of a new line: ``said`` is its content, ``key`` 32 bytes."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _tag(key, nonce, said)


def is_marked(keys: tuple[bytes, ...], line: Line, said: bytes) -> bool:
    """Whether one of these keys made the line's mark."""
    given = line.mark
    if given is None or len(given) != NONCE_BYTES + TAG_BYTES:
        return False
    nonce, tag = given[:NONCE_BYTES], given[NONCE_BYTES:]
    return any(compare_digest(_tag(key, nonce, said), tag) for key in keys)


def _tag(key: bytes, nonce: bytes, said: bytes) -> bytes:
    return hashlib.blake2b(nonce + said, digest_size=TAG_BYTES, key=key, person=_PERSON).digest()


def link(before: bytes, chain: int, line: Line, said: bytes) -> bytes:
    """The hash of a line in its place and of all before it."""
    marked = line.mark or b""
    body = _PLACE(chain, line.no) + _LENGTH(len(marked)) + marked + said
    return hashlib.sha256(before + body).digest()
