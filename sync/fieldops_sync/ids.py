"""The ids of the protocol: random, ordered and derived (RFC 9562)."""

import hashlib
import os
import time
from functools import lru_cache
from uuid import UUID, uuid5

RESULT_NAMESPACE = UUID("6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a001")
"""The namespace of result ids; PROTOCOL.md, "Derived ids"."""
ACTOR_NAMESPACE = UUID("6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a002")
"""The namespace of the server's own actors."""
FINDING_NAMESPACE = UUID("6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a003")
"""The namespace of findings: one per (plugin, rule, what it is about)."""
OVERRIDE_NAMESPACE = UUID("6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a006")
"""The namespace of a site's overrides: one per (site, checklist, item)."""


QUALIFICATION_NAMESPACE = UUID("6f1f2b0e-6f0e-5a43-9d5c-0d1f7ad0a00b")
"""The namespace of what the qualifications for one domain belong to."""
DERIVED = frozenset({5, 8})
"""The versions of derived ids (RFC 9562): nothing that draws its id has one of these."""


def uuid7() -> UUID:
    """A new time-ordered UUID (RFC 9562, section 5.7): 48 bits of ms, 74 of randomness."""
    ms = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big") & ((1 << 74) - 1)
    high = (ms & ((1 << 48) - 1)) << 80 | 7 << 76 | (tail >> 62) << 64
    return UUID(int=high | 2 << 62 | tail & ((1 << 62) - 1))


def uuid8(*parts: bytes) -> UUID:
    """A UUIDv8 of the SHA-256 of the parts (RFC 9562, section 5.8): same parts, same id."""
    digest = hashlib.sha256(b"\x1f".join(parts)).digest()[:16]
    number = int.from_bytes(digest, "big") & ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=number | 8 << 76 | 2 << 62)


def result_id(inspection: UUID, item: str, repeat: str = "") -> UUID:
    """The id of a result, so that two tablets that answer the same item meet on one subject.

    A UUIDv8 that begins as the inspection's: results of a walk lie together in every index
    (PROTOCOL.md, "Derived ids").
    """
    return UUID(int=result_number(str(inspection), item, repeat))


def result_number(inspection: str, item: str, repeat: str) -> int:
    """``result_id`` as its 128 bits; ``inspection`` is its text in lower case.

    Without making a UUID: every result that is pushed is checked.
    """
    digest = _RESULT.copy()
    digest.update(f"{inspection}\x1f{item}\x1f{repeat}".encode())
    return _walk(inspection) | int.from_bytes(digest.digest()[6:16], "big") & _FREE_BITS


@lru_cache(maxsize=4096)
def _walk(inspection: str) -> int:
    """The bits that all results of a walk have: its first 48, version and variant."""
    return UUID(inspection).int >> 80 << 80 | 8 << 76 | 2 << 62


_RESULT = hashlib.sha1(RESULT_NAMESPACE.bytes, usedforsecurity=False)
_FREE_BITS = (1 << 76) - 1 & ~(0x3 << 62)
"""What RFC 9562, section 5.8, leaves free behind the version: all but the variant."""


def actor_id(name: str) -> UUID:
    """The id of one of the server's own actors, e.g. ``plugin:cleaning`` or ``media``."""
    return uuid5(ACTOR_NAMESPACE, name)


def finding_id(plugin: str, rule: str, about: UUID) -> UUID:
    """The id of what ``plugin`` finds wrong by ``rule`` about one subject."""
    return uuid5(FINDING_NAMESPACE, f"{plugin}\x1f{rule}\x1f{about}")


def calendar_id(feed: UUID) -> UUID:
    """The id of the calendar of a site, or of the organisation."""
    return uuid5(feed, "calendar")


def override_id(site: UUID, checklist: str, item: str = "") -> UUID:
    """The id of what a site has changed about an item, or (without one) about the threshold."""
    return uuid5(OVERRIDE_NAMESPACE, f"{site}\x1f{checklist}\x1f{item}")


def qualification_id(person: UUID, domain: str, certificate: str, valid_from: str) -> UUID:
    """The id of what lets a person walk a domain from a day on, by one certificate."""
    return uuid5(person, f"qualification\x1f{domain}\x1f{certificate}\x1f{valid_from}")


def policy_id(scope: UUID, policy: str) -> UUID:
    """The id of what a site (or with its id the organisation) has changed about a policy."""
    return uuid5(scope, f"policy\x1f{policy}")


def consent_id(site: UUID) -> UUID:
    """The id of what residents agree to on a site's public form."""
    return uuid5(site, "consent")
