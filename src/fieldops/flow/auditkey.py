"""The key of the audit: where it lies, who draws it, and how a store comes to mark by it.

    setting ``audit.key`` (a secret file) ─ else ─ ``audit.key`` in the data folder ─ else ─ drawn,
    once for a database: the first server leaves word of it there, and no other draws one

It must not lie where the database is kept or backed up: who has both could write history anew.
"""

import os
from pathlib import Path

from sqlmodel import Session

from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, at
from fieldops.rules.checkpoints import BadSeed, Keys, draw, parse
from fieldops.settings import Settings
from fieldops.store import audit, meta
from fieldops.store.engine import Store

FILE = "audit.key"
"""Seeds in hexadecimal digits, the present one first; for the account that serves alone."""
_NO_SEED = Said("种子应为 64 位十六进制数字", "a seed is 64 hexadecimal digits")
_PUT_BEFORE = Said("请在此种子之前写入新种子", "put another seed before this one")


def equip(store: Store, settings: Settings) -> Keys | None:
    """Let a store mark the lines that it writes; a database without any key gets its first one.

    None if there is a key, but not here: lines are written without a mark; callers say so aloud.
    Raises ``ProblemError`` settings for a key that is none.
    """
    keys = read(settings) or _first(store, settings)
    store.mark_with(None if keys is None else keys.marking)
    return keys


def read(settings: Settings) -> Keys | None:
    """The key of this place, if it has one.  Raises ``ProblemError`` settings."""
    path = settings.data_dir / FILE
    given = settings.audit.key.get_secret_value()
    try:
        return parse(given or path.read_text("ascii"))
    except FileNotFoundError:
        return None
    except (BadSeed, UnicodeError) as error:
        where = "audit.key" if given else str(path)
        raise ProblemError(operation("settings", at(where, _NO_SEED))) from error


def place(settings: Settings) -> str:
    """Where the key is to be found, for people."""
    given = settings.audit.key.get_secret_value()
    return "audit.key (settings)" if given else str(settings.data_dir / FILE)


def _first(store: Store, settings: Settings) -> Keys | None:
    with store.read() as session:
        if meta.get(session, meta.AUDIT_KEY) is not None:
            return read(settings)  # It lies there before it is told of: it may have come since.
    seed = draw()
    keys = Keys((seed,))
    if not _lay(settings.data_dir / FILE, seed.hex()):
        return read(settings)  # Another process of this place was faster.
    if store.write(lambda session: _is_first(session, keys.public[0])).result():
        return keys
    (settings.data_dir / FILE).unlink()
    return None


def _lay(path: Path, text: str) -> bool:
    """Write a file of our own; False if there is one."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.touch(mode=0o600)
    part.write_text(f"{text}\n", "ascii")
    try:
        os.link(part, path)  # Whole, or not there: nobody reads half a key.
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


def _is_first(session: Session, public: str) -> bool:
    return meta.put_first(session, meta.AUDIT_KEY, public) == public


def renew(settings: Settings, store: Store, now_ms: int) -> Keys:
    """Draw a new key; the former ones stay in the file, since they prove what they marked.

    Raises ``ProblemError`` settings where the key is not a file of this place.
    """
    if settings.audit.key.get_secret_value():
        raise ProblemError(operation("settings", at("audit.key", _PUT_BEFORE)))
    before = read(settings)
    keys = Keys((draw(), *(() if before is None else before.seeds)))
    path = settings.data_dir / FILE
    path.with_name(f"{FILE}.new").unlink(missing_ok=True)
    _lay(path.with_name(f"{FILE}.new"), "\n".join(seed.hex() for seed in keys.seeds))
    path.with_name(f"{FILE}.new").replace(path)
    store.mark_with(keys.marking)
    store.write(lambda session: _note(session, keys.public[0], now_ms)).result()
    return keys


def _note(session: Session, public: str, now_ms: int) -> None:
    meta.put(session, meta.AUDIT_KEY, public)
    audit.add(session, audit.Entry("audit.key", now_ms, detail={"public": public}))
