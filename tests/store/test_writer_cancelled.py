"""A request that breaks off cancels its future; the writer must not care."""

import threading

from fieldops.store.engine import open_store


def test_a_cancelled_job_is_dropped_and_the_writer_lives(sqlite_database: str):
    store, gate, ran = open_store(sqlite_database), threading.Event(), []
    first = store.write(lambda _: gate.wait(10))
    second = store.write(lambda _: ran.append("second"))
    third = store.write(lambda _: ran.append("third"))
    assert second.cancel()
    gate.set()
    assert first.result(10)
    third.result(10)
    assert ran == ["third"]
    store.close()


def test_a_job_under_way_is_not_cancelled(sqlite_database: str):
    store, begun, gate = open_store(sqlite_database), threading.Event(), threading.Event()

    def job(session: object) -> str:
        begun.set()
        gate.wait(10)
        return "done"

    going = store.write(job)
    begun.wait(10)
    assert not going.cancel()
    gate.set()
    assert going.result(10) == "done"
    store.close()
