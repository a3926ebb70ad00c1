"""An audit as a server leaves it, and what somebody with every right in the database does to it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from fieldops.flow import auditing, auditkey
from fieldops.flow.auditing import Chainer
from fieldops.flow.auditverify import Verified, verify
from fieldops.flow.react import DirectHandin
from fieldops.rules.auditchain import GENESIS, Line, content_of, link
from fieldops.rules.checkpoints import Keys
from fieldops.settings import load_settings
from fieldops.store import audit, auditchain, schema
from fieldops.store.engine import Store, open_store

START_MS = 1_795_262_400_000
_SAID = ("at_ms", "actor", "device", "action", "subject", "detail", "mark")
_COLUMNS = (*_SAID, "chain", "link")


class Archive:
    """A database with an audit, its key, and the folder where its worker remembers."""

    def __init__(self, url: str, folder: Path, dice: Random) -> None:
        self.folder = folder
        self.dice = dice
        self.now_ms = START_MS
        self.store: Store = open_store(url)
        folder.mkdir(parents=True, exist_ok=True)
        self.settings = load_settings(data_dir=folder, database_url=url)
        schema.prepare(self.store)
        found = auditkey.equip(self.store, self.settings)
        assert found is not None
        self.keys: Keys = found
        self.chainer = self.new_chainer()

    def new_chainer(self) -> Chainer:
        handin = DirectHandin(self.store, lambda: self.now_ms)
        return Chainer(self.store, handin, self.folder, self.keys, lambda: self.now_ms)

    def entry(self) -> audit.Entry:
        """Something that somebody did."""
        dice = self.dice
        self.now_ms += dice.randrange(20_000)
        detail: dict[str, Any] = {"n": dice.randrange(1000), "why": "巡检" * dice.randrange(4)}
        if dice.random() < 0.2:
            detail["subjects"] = [str(_id(dice)) for _ in range(dice.randrange(1, 4))]
        return audit.Entry(
            dice.choice(("record.read", "user.add", "grant.add", "photo.read", "site.set")),
            self.now_ms,
            actor=_id(dice) if dice.random() < 0.8 else None,
            device=_id(dice) if dice.random() < 0.3 else None,
            subject=_id(dice) if dice.random() < 0.7 else None,
            detail=detail,
        )

    def fill(self, lines: int, chained: bool = True) -> None:
        """Write lines, some in a transaction, and let the chainer come by after each."""
        while lines > 0:
            entries = [self.entry() for _ in range(min(lines, self.dice.randrange(1, 16)))]
            self.store.write(partial(_add, entries=entries)).result()
            lines -= len(entries)
            if chained:
                self.chainer.step()

    def close(self) -> None:
        self.store.close()

    def verified(self, session: Session) -> Verified:
        return verify(session, self.keys, auditing.witnesses(self.folder))

    def look(self) -> Verified:
        with self.store.read() as session:
            return self.verified(session)

    def tampered(self, edit: Callable[[Session, Random], None]) -> Verified:
        """What is found of an edit that is undone afterwards."""
        with Session(self.store.engine) as session:
            edit(session, self.dice)
            found = self.verified(session)
            session.rollback()
        return found


def _add(session: Session, entries: list[audit.Entry]) -> None:
    for entry in entries:
        audit.add(session, entry)


def _id(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)


def _run(session: Session, statement: str, **bound: Any) -> list[Any]:
    done: Any = session.execute(text(statement), bound)
    return list(done.all()) if done.returns_rows else []


def _rows(session: Session) -> list[Any]:
    columns = ", ".join(("no", *_COLUMNS))
    query = f"SELECT {columns} FROM audit WHERE chain IS NOT NULL ORDER BY chain"
    return _run(session, query)


def _other(dice: Random, column: str, value: Any) -> Any:
    """Another value that the column takes."""
    if column in ("at_ms", "chain", "no", "last"):
        return (value or 0) + dice.choice((-1, 1, 7, 100_000))
    if column == "action":
        return value + "x" if dice.random() < 0.5 else value[:-1]
    if value is None:
        return dice.randbytes(16)
    raw = bytearray(bytes(value))
    if column in ("actor", "device", "subject", "mark", "link") and dice.random() < 0.2:
        return None
    if not raw or dice.random() < 0.2:
        return bytes(raw) + b" "
    at = dice.randrange(len(raw))
    raw[at] ^= 1 << dice.randrange(8)
    return bytes(raw)


# What is done


def update(session: Session, dice: Random) -> None:
    """Any column of any line."""
    row = dice.choice(_rows(session))
    column = dice.choice((*_COLUMNS, "no"))
    value = getattr(row, column)
    new = _other(dice, column, value)
    if column == "no":
        new = _run(session, "SELECT max(no) FROM audit")[0][0] + dice.randrange(1, 50)
    _run(session, f"UPDATE audit SET {column} = :new WHERE no = :no", new=new, no=row.no)


def delete(session: Session, dice: Random) -> None:
    """One line, or some in a row."""
    rows = _rows(session)
    at = dice.randrange(len(rows))
    for row in rows[at : at + dice.choice((1, 1, 1, 5))]:
        _run(session, "DELETE FROM audit WHERE no = :no", no=row.no)


def swap(session: Session, dice: Random) -> None:
    """What two lines say, with their marks; or their places."""
    one, other = dice.sample(_rows(session), 2)
    columns = _SAID if dice.random() < 0.5 else ("chain", "link")
    put = ", ".join(f"{name} = :{name}" for name in columns)
    for row, no in ((one, other.no), (other, one.no)):
        values = {name: getattr(row, name) for name in columns}
        _run(session, f"UPDATE audit SET {put} WHERE no = :no", no=no, **values)


def insert(session: Session, dice: Random) -> None:
    """A line that nobody of ours wrote: as new, in between, or at the end with a right link."""
    rows = _rows(session)
    model = dice.choice(rows)
    values = {name: getattr(model, name) for name in _SAID}
    way = dice.choice(("copy", "new", "between", "end"))
    if way != "copy":
        values["at_ms"] += 1
        values["mark"] = dice.choice((None, dice.randbytes(24), values["mark"]))
    values |= {"chain": None, "link": None}
    if way == "between":
        values |= {"chain": model.chain, "link": dice.randbytes(32)}
    no = _insert(session, values)
    if way == "end":
        line = _line(session, no)
        made = link(bytes(rows[-1].link), rows[-1].chain + 1, line, content_of(line))
        statement = "UPDATE audit SET chain = :chain, link = :link WHERE no = :no"
        _run(session, statement, chain=rows[-1].chain + 1, link=made, no=no)


def _insert(session: Session, values: dict[str, Any]) -> int:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    statement = f"INSERT INTO audit ({names}) VALUES ({marks}) RETURNING no"
    number: int = _run(session, statement, **values)[0][0]
    return number


def rechain(session: Session, dice: Random) -> None:
    """Change something, and make every link anew; perhaps take the checkpoints away as well."""
    before = _rows(session)
    while before == _rows(session):
        # A place or a link that was changed by itself would be put right by this.
        dice.choice((update, delete, swap, insert))(session, dice)
        _link_anew(session)
    if dice.random() < 0.5:
        _run(session, "DELETE FROM audit_checkpoint")


def _link_anew(session: Session) -> None:
    query = "SELECT no FROM audit WHERE chain IS NOT NULL ORDER BY chain, no"
    head = GENESIS
    for last, (no,) in enumerate(_run(session, query), 1):
        line = _line(session, no)
        head = link(head, last, line, content_of(line))
        statement = "UPDATE audit SET chain = :chain, link = :link WHERE no = :no"
        _run(session, statement, chain=last, link=head, no=no)


def cut(session: Session, dice: Random) -> None:
    """The end of everything, from some line on; checkpoints of it perhaps too."""
    rows = _rows(session)
    place = dice.choice(rows).chain
    if dice.random() < 0.1:
        place = 0
    _run(session, "DELETE FROM audit WHERE chain > :place", place=place)
    numbers = "DELETE FROM audit_subject WHERE no NOT IN (SELECT no FROM audit)"
    _run(session, numbers)
    if dice.random() < 0.7:
        _run(session, "DELETE FROM audit_checkpoint WHERE last > :place", place=place)
    if place == rows[-1].chain:
        delete(session, dice)


def uncheck(session: Session, dice: Random) -> None:
    """A checkpoint: another column, or none."""
    row = dice.choice(_run(session, "SELECT last, at_ms, body FROM audit_checkpoint"))
    column = dice.choice(("last", "at_ms", "body", "row"))
    if column == "row":
        _run(session, "DELETE FROM audit_checkpoint WHERE last = :last", last=row.last)
        return
    new = _other(dice, column, getattr(row, column))
    if column == "last":
        new = row.last + 100_000
    if column == "body" and dice.random() < 0.5:
        said = msgspec.json.decode(bytes(row.body))
        said["hash"] = dice.randbytes(32).hex()
        new = msgspec.json.encode(said)
    statement = f"UPDATE audit_checkpoint SET {column} = :new WHERE last = :last"
    _run(session, statement, new=new, last=row.last)


def unlist(session: Session, dice: Random) -> None:
    """An entry by which a line is found: gone, or of another record."""
    row = dice.choice(_run(session, "SELECT subject, no FROM audit_subject"))
    statement = "DELETE FROM audit_subject WHERE subject = :subject AND no = :no"
    _run(session, statement, subject=bytes(row.subject), no=row.no)
    if dice.random() < 0.5:
        statement = "INSERT INTO audit_subject (subject, no) VALUES (:subject, :no)"
        _run(session, statement, subject=dice.randbytes(16), no=row.no)


EDITS = (update, update, update, delete, swap, insert, rechain, cut, uncheck, unlist)


def _line(session: Session, no: int) -> Line:
    names = "no, at_ms, actor, device, action, subject, detail, mark, chain, link"
    return auditchain._line(_run(session, f"SELECT {names} FROM audit WHERE no = :no", no=no)[0])
