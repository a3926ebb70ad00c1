"""Two who change the same thing at the same instant, each on a server of their own (PostgreSQL)."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event
from typing import Any

import pytest
from sqlmodel import Session

from fieldops.store.engine import Store

Job = Callable[[Session], Any]


def at_once(here: Store, elsewhere: Store, first: Job, second: Job) -> Future[Any]:
    """Both run; the first commits only when the second has had half a second to get ahead.

    The second must wait for it, or it decides on what is not so any more.
    """
    done, go = Event(), Event()

    def paused(session: Session) -> None:
        first(session)
        done.set()
        assert go.wait(20)

    early = here.write(paused)
    assert done.wait(20)
    late = elsewhere.write(second)
    try:
        with pytest.raises(TimeoutError):
            late.result(0.5)
    finally:
        go.set()
        early.result(20)
    return late
