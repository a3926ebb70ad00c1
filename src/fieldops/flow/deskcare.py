"""Looking whether desks list what the records say, and making their rows anew.

doctor      some stretches of ids, the newest with them
desk check  all of them
rebuild     all of them; what is amiss is made anew, stretch by stretch, while the server serves
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.checks import Check, amiss, both, ok
from fieldops.store import audit, deskcheck
from fieldops.store.deskcheck import Amiss, Stretch
from fieldops.store.engine import Store

STRETCH = 500
"""Records that are looked at in one snapshot, and mended in one transaction at most."""
_STRETCHES = 8
"""How many stretches the doctor looks at: 4000 records, below a second."""
_NEWEST_MS = 3600 * 1000
_EVERY_ID = 1 << 128
Tell = Callable[[int], object]
"""Told how many records were looked at since it was told last."""


class Care(Struct, frozen=True):
    """What was found, by kind of record; ``mended`` are rows that were made anew or removed."""

    records: dict[str, int]
    rows: dict[str, int]
    missing: dict[str, int]
    extra: dict[str, int]
    wrong: dict[str, int]
    mended: int = 0

    @property
    def amiss(self) -> int:
        """How many rows are not what the records say."""
        return sum(sum(one.values()) for one in (self.missing, self.extra, self.wrong))


def check(store: Store, tell: Tell) -> Care:
    """Look at every record, a snapshot a stretch."""
    return _care(list(_stretches(store, tell)))


def rebuild(store: Store, tell: Tell, now_ms: int) -> Care:
    """Make every row that is amiss anew; the counts are of what was found under the lock."""
    looked: list[Stretch] = []
    mended: list[Amiss] = []
    for one in _stretches(store, tell):
        looked.append(one)
        ids = [row.id for row in one.amiss]
        for start in range(0, len(ids), STRETCH):
            mended += _mend(store, ids[start : start + STRETCH])
    done = _care(looked, mended)
    detail = {"missing": done.missing, "extra": done.extra, "wrong": done.wrong}
    entry = audit.Entry("desk.rebuild", now_ms, detail=detail)
    store.write(lambda session: audit.add(session, entry)).result()
    return done


def sample(session: Session, now_ms: int) -> Check:
    """The doctor's look: some stretches, so that it takes no longer where there is more."""
    looked = []
    for after in _starts(now_ms):
        one = deskcheck.look(session, after, STRETCH)
        looked.append(one)
        if after == b"" and one.last is None:
            break
    # Stretches may overlap.
    wrong = {row.id: row for one in looked for row in one.amiss}
    found = _care(looked, list(wrong.values()))
    looked_at, rows = sum(found.records.values()), sum(found.rows.values())
    zh, en = f"抽查 {looked_at} 条记录", f"{looked_at} records looked at"
    if not wrong:
        return ok(
            "desk lists", both(f"{zh}，{rows} 行均正确", f"{en}, {rows} rows as they should be")
        )
    return amiss(
        "desk lists", "bad", both(f"{zh}：{_said(found, _ZH)}", f"{en}: {_said(found, _EN)}"),
        "用 fieldops desk check 检查全部，再运行 fieldops desk rebuild；服务无需停止。",
        "See all of it by fieldops desk check, then run fieldops desk rebuild; the server may serve"
        " meanwhile.",
    )  # fmt: skip


def _starts(now_ms: int) -> Iterator[bytes]:
    """Where stretches begin: the first ids, the last hour's, and others by chance.

    Ids of walks begin with their time (RFC 9562, version 7), those of results are spread evenly.
    """
    yield b""
    yield max(0, now_ms - _NEWEST_MS).to_bytes(6) + bytes(10)
    chance = random.Random(now_ms)
    for _ in range(_STRETCHES - 2):
        yield chance.randrange(_EVERY_ID).to_bytes(16)


def _stretches(store: Store, tell: Tell) -> Iterator[Stretch]:
    after: bytes | None = b""
    while after is not None:
        with store.read() as session:
            one = deskcheck.look(session, after, STRETCH)
        yield one
        tell(sum(one.records.values()))
        after = one.last


def _mend(store: Store, ids: Sequence[bytes]) -> list[Amiss]:
    return store.write(lambda session: deskcheck.mend(session, ids), len(ids)).result()


def _care(looked: Sequence[Stretch], mended: Sequence[Amiss] | None = None) -> Care:
    found = [row for one in looked for row in one.amiss] if mended is None else mended
    records: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for one in looked:
        records.update(one.records)
        rows.update(one.rows)
    by_what = {
        what: dict(sorted(Counter(one.kind for one in found if one.what == what).items()))
        for what in ("missing", "extra", "wrong")
    }
    count = 0 if mended is None else len(mended)
    return Care(dict(sorted(records.items())), dict(sorted(rows.items())), **by_what, mended=count)


_ZH, _EN = ("缺少", "多出", "有误"), ("missing", "too many", "wrong")


def _said(found: Care, words: tuple[str, str, str]) -> str:
    parts = zip(words, (found.missing, found.extra, found.wrong), strict=True)
    return "; ".join(
        f"{word} {', '.join(f'{kind} {count}' for kind, count in kinds.items())}"
        for word, kinds in parts
        if kinds
    )
