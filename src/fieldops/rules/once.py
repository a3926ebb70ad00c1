"""Work out once what rules ask again and again: of the same inspection, of the same earlier walk.

The same means identical: walks cannot be hashed, and comparing two costs as much as the work.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, TypeVarTuple

from fieldops.model.inspection import EarlierWalk

_Given = TypeVarTuple("_Given")
_Made = TypeVar("_Made")
_KEPT = 1000
"""Walks of which a result is kept: as many as a plugin's process is shown (``plugin.shown``)."""


def once(work: Callable[[*_Given], _Made]) -> Callable[[*_Given], _Made]:
    """A pure function that keeps its last result, for as long as it is asked about the same values.

    What it makes is shared by those who ask, who must not change it.
    """
    last: list[tuple[tuple[object, ...], _Made]] = []

    @wraps(work)
    def asked(*given: *_Given) -> _Made:
        now: tuple[object, ...] = given
        # One look at the list: other threads may ask meanwhile.
        for known, made in last:
            if all(a is b for a, b in zip(known, now, strict=True)):
                return made
        made = work(*given)
        last[:] = [(now, made)]
        return made

    return asked


def once_a_walk(work: Callable[[EarlierWalk], _Made]) -> Callable[[EarlierWalk], _Made]:
    """A pure function of an earlier walk that keeps its results: the next inspection looks back at
    nearly the same walks.

    A walk that has changed is another value, and asked about anew.  What it makes is shared by
    those who ask, who must not change it.
    """
    kept: OrderedDict[int, tuple[EarlierWalk, _Made]] = OrderedDict()

    @wraps(work)
    def asked(walk: EarlierWalk) -> _Made:
        # By integer: a UUID hashes in Python, many times slower.
        known = kept.get(walk.id.int)
        if known is not None and known[0] is walk:
            return known[1]
        made = work(walk)
        kept.pop(walk.id.int, None)
        kept[walk.id.int] = (walk, made)
        while len(kept) > _KEPT:
            kept.popitem(last=False)
        return made

    return asked
