"""Columns that the tables share: raw bytes, big integers, and indexes over a part of the rows."""

from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, text


def blob(primary_key: bool = False, nullable: bool = False, index: bool = False) -> Column[bytes]:
    """Bytes: an id (16), a SHA-256 (32) or a body (UTF-8 JSON)."""
    return Column(LargeBinary, primary_key=primary_key, nullable=nullable, index=index)


def big(nullable: bool = False, index: bool = False) -> Column[int]:
    """An integer of 64 bits: an instant in ms, a size in bytes."""
    return Column(BigInteger, nullable=nullable, index=index)


def where(condition: str) -> dict[str, Any]:
    """What makes an index partial, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
