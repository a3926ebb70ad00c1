"""Published checklist versions: canonical bytes under their SHA-256.  Immutable."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch


def add(
    session: Session, sha256: bytes, key: str, version: str, domain: str, body: bytes, now_ms: int
) -> bool:
    """Keep a version; False if these very bytes were kept before."""
    done = session.execute(
        text(
            "INSERT INTO definition (sha256, key, version, domain, body, published_ms)"
            " VALUES (:sha256, :key, :version, :domain, :body, :now) ON CONFLICT DO NOTHING"
            " RETURNING 1"
        ),
        {
            "sha256": sha256,
            "key": key,
            "version": version,
            "domain": domain,
            "body": body,
            "now": now_ms,
        },
    )
    return done.first() is not None


def get(session: Session, sha256: bytes) -> bytes | None:
    """The canonical bytes of a version."""
    found = session.execute(
        text("SELECT body FROM definition WHERE sha256 = :s"), {"s": sha256}
    ).scalar()
    return None if found is None else bytes(found)


def known(session: Session, hashes: Iterable[bytes]) -> set[bytes]:
    """Which of these versions are published."""
    rows = batch.select_in(session, "SELECT sha256 FROM definition WHERE sha256 {}", list(hashes))
    return {bytes(row[0]) for row in rows}


class Version(Struct, frozen=True):
    """A published version of a checklist."""

    key: str
    version: str
    domain: str
    sha256: bytes
    published_ms: int


def about(session: Session, hashes: Iterable[bytes]) -> dict[bytes, Version]:
    """What these versions are, without their text, by SHA-256."""
    query = "SELECT key, version, domain, sha256, published_ms FROM definition WHERE sha256 {}"
    rows = batch.select_in(session, query, list(hashes))
    found = (Version(row[0], row[1], row[2], bytes(row[3]), row[4]) for row in rows)
    return {one.sha256: one for one in found}


def versions(session: Session, key: str) -> list[Version]:
    """The published versions of a key, oldest first."""
    query = (
        "SELECT key, version, domain, sha256, published_ms FROM definition WHERE key = :key"
        " ORDER BY published_ms"
    )
    rows = batch.run(session, query, key=key)
    return [Version(row[0], row[1], row[2], bytes(row[3]), row[4]) for row in rows]


def domains(session: Session) -> set[str]:
    """The domains that any version is of."""
    return {row[0] for row in batch.run(session, "SELECT DISTINCT domain FROM definition")}


def listing(session: Session) -> list[tuple[str, str, str, bytes, int]]:
    """All versions as (key, version, domain, sha256, published ms), oldest first."""
    rows = session.execute(
        text(
            "SELECT key, version, domain, sha256, published_ms FROM definition"
            " ORDER BY key, published_ms"
        )
    )
    return [(row[0], row[1], row[2], bytes(row[3]), row[4]) for row in rows]
