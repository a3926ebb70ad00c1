"""Secrets of destinations stand in files of their own, which are read when they are used."""

from pathlib import Path

from fieldops.export.deliver.interface import DeliveryError


def read_secret(path: Path | None) -> str:
    """The text of a secret file without the white space around it.  Raises ``DeliveryError``."""
    if path is None:
        return ""
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not text"
        raise DeliveryError(f"{path}: {why}") from error
    if not found:
        raise DeliveryError(f"{path} is empty")
    return found
