"""Webhooks: at least once, in the order of the log, under ids that do not change."""

import base64
import hashlib
import hmac
import json
import socket
import time
from contextlib import closing
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from standardwebhooks import Webhook
from tests.consumers import Taken, certified, consumer, free_port
from tests.factories import enrol_tablet
from tests.flow.telling import drain, telling

from fieldops.flow import endpoints, endpointviews, setup
from fieldops.flow.callout import _Connection
from fieldops.flow.courierwork import Settle
from fieldops.flow.handin import HandinAnswer, HandinDown, HandinRequest
from fieldops.flow.setup import SYSTEM
from fieldops.model.problem import ProblemError
from fieldops.sections import WebhookSettings
from fieldops_sync.ids import uuid7


def is_signed(taken: Taken, secret: str) -> bool:
    """By the text of Standard Webhooks: HMAC-SHA256 over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = taken.headers["webhook-timestamp"]
    text = f"{taken.id}.{stamp}.".encode() + taken.body
    mark = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return f"v1,{mark}" in taken.headers["webhook-signature"].split(" ")


def test_what_happens_is_told_in_order_signed_and_thin(database_url: str, tmp_path: Path):
    with consumer() as one, telling(database_url, tmp_path, one) as told:
        courier = told.add(one, position=None)
        places = told.happen(3)
        assert drain(courier).wait_ms is None
        assert one.positions == places
        assert all(is_signed(each, told.secrets[courier.endpoint]) for each in one.requests)
        assert one.requests[0].headers["webhook-timestamp"] == str(told.clock() // 1000)
        event = one.events[0]
        assert event["type"] == "area.set"
        assert event["timestamp"] == "2026-11-21T12:00:00.000Z"
        data = event["data"]
        assert data["id"] == one.ids[0]
        assert (data["kind"], data["op_type"]) == ("area", "area.set@1")
        assert data["site"] == str(told.company.site)
        assert (data["changed"], data["values"]) == (["name"], {"name": "B0"})
        assert data["received_at"] == data["occurred_at"] == event["timestamp"]
        assert data["links"]["self"] == f"/api/v1/records/{data['subject']}"
        # Once told, it is not told again.
        drain(courier)
        assert len(one.requests) == 3
        assert told.show(courier).delivered == 3


def test_a_receiver_by_the_book_takes_it(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        told.clock.now_ms = time.time_ns() // 1_000_000
        courier = told.add(one)
        drain(courier)
        secret = told.secrets[courier.endpoint]
        assert one.requests
        for each in one.requests:
            assert Webhook(secret).verify(each.body, each.headers)["data"]["id"] == each.id


def test_a_consumer_that_is_down_for_an_hour_delays_nobody(database_url: str, tmp_path: Path):
    with consumer() as bad, consumer() as good, telling(database_url, tmp_path, bad, good) as told:
        slow, fast = told.add(bad), told.add(good)
        start = told.happen(2)[-1]
        drain(slow)
        bad.went_down()
        places = []
        for _ in range(12):
            places += told.happen(2)
            told.clock.forward(hours=1 / 12)
            assert drain(slow).wait_ms is not None
            drain(fast)
            assert good.positions[-1] == places[-1]
        seen = told.show(slow)
        assert (seen.state, seen.position, seen.why) == (
            "waiting",
            start,
            "no answer (ConnectionRefusedError)",
        )
        assert seen.failing_since == "2026-11-21T12:05:00.000Z"
        bad.came_up()
        # The pause has grown, but never beyond a quarter of an hour.
        wait_ms = drain(slow).wait_ms
        assert wait_ms is not None
        assert 60_000 < wait_ms <= 900_000
        told.clock.now_ms += wait_ms
        drain(slow)
        assert bad.ids == good.ids
        assert bad.positions == sorted(bad.positions)
        assert bad.positions[-1] == places[-1]
        assert told.show(slow).state == "running"


def test_answers_of_500_keep_order_and_ids(database_url: str, tmp_path: Path):
    with consumer() as one, telling(database_url, tmp_path, one) as told:
        courier = told.add(one, position=None)
        places = told.happen(3)
        one.answers.extend([200, 500, 503])
        waits = []
        for _ in range(2):
            waits.append(drain(courier).wait_ms or 0)
            told.clock.now_ms += waits[-1]
        drain(courier)
        assert waits == [5000, 10_000]
        assert one.positions == places
        assert len(one.requests) == 5
        failed = [each.id for each in one.requests if each.status >= 500]
        assert failed == [one.ids[1]] * 2


A_DATE = "in a thousand seconds"


@pytest.mark.parametrize(
    ("said", "least_ms", "most_ms"),
    [
        ("600", 600_000, 600_000),
        (A_DATE, 900_000, 1_000_000),
        ("Sat, 21 Nov 2026 12:00:00 -0000", 5000, 5000),
        ("soon", 5000, 5000),
        ("9" * 5000, 86_400_000, 86_400_000),
        ("Mon, 01 Jan 2026 00:00:00 +99999999999999", 5000, 5000),
    ],
)
def test_retry_after_is_waited_for(
    sqlite_database: str, tmp_path: Path, said: str, least_ms: int, most_ms: int
):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        courier = told.add(one, position=None)
        told.happen()
        one.answers.append(429)
        # Named when it is said: the suite may come here long after it was collected.
        date = formatdate(time.time() + 1000, usegmt=True)
        one.headers["Retry-After"] = date if said == A_DATE else said
        assert least_ms <= (drain(courier).wait_ms or 0) <= most_ms


def test_a_pause_that_a_clock_ahead_has_set_is_none(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        courier = told.add(one, position=None)
        now_ms = told.clock()
        told.happen(1)
        one.answers.append(500)
        told.clock.now_ms = now_ms + 400 * 24 * 3_600_000
        assert drain(courier).wait_ms is not None
        told.clock.now_ms = now_ms
        assert drain(courier).wait_ms is None
        assert [each.status for each in one.requests] == [500, 200]


def test_what_was_told_and_not_kept_is_told_again_under_the_same_id(
    database_url: str, tmp_path: Path
):
    def die(request: HandinRequest) -> HandinAnswer:
        raise HandinDown("the worker died here")

    with consumer() as one, telling(database_url, tmp_path, one) as told:
        endpoint = told.add(one, position=None).endpoint
        places = told.happen(3)
        with pytest.raises(HandinDown):
            told.courier(endpoint, handin=die).step()
        drain(told.courier(endpoint))
        assert one.positions == [*places, *places]
        assert one.ids[:3] == one.ids[3:]


def test_one_event_that_is_refused_is_laid_aside_and_the_line_goes_on(
    database_url: str, tmp_path: Path
):
    with consumer() as one, telling(database_url, tmp_path, one, refusals=2) as told:
        courier = told.add(one, position=None)
        places = told.happen(3)
        one.answers.extend([200, 422, 422])
        told.clock.now_ms += drain(courier).wait_ms or 0
        drain(courier)
        assert one.positions == [places[0], places[2]]
        (letter,) = told.server.look(lambda s: endpoints.dead(s, courier.endpoint, 0, 10))
        assert (letter.position, letter.status, letter.tries) == (places[1], 422, 2)
        assert told.show(courier).dead == 1

        def retry(position: int | None) -> int:
            now_ms = told.clock()
            return told.server.do(
                lambda s: endpoints.retry(s, courier.endpoint, position, SYSTEM, now_ms)
            )

        # It may be refused once more, and is taken in the end: under the id that it had.
        assert retry(letter.position) == 1
        one.answers.append(422)
        drain(courier)
        assert retry(None) == 1
        drain(courier)
        assert one.positions == [places[0], places[2], places[1]]
        assert len({each.id for each in one.requests}) == 3
        assert told.show(courier).dead == 0
        with pytest.raises(ProblemError):
            retry(letter.position)


def test_who_refuses_everything_is_suspended(sqlite_database: str, tmp_path: Path):
    limits = {"refusals": 1, "refusals_in_row": 3}
    with consumer() as one, telling(sqlite_database, tmp_path, one, **limits) as told:
        courier = told.add(one, position=None)
        places = told.happen(5)
        one.answers.extend([400, 200, 400, 400, 400])
        assert drain(courier).ended
        seen = told.show(courier)
        assert (seen.state, seen.position, seen.dead) == ("suspended", places[4], 4)
        assert seen.why == "refused 3 events in a row, the last with 400"


def test_410_and_three_days_of_failing_suspend_and_lose_nothing(database_url: str, tmp_path: Path):
    with consumer() as one, telling(database_url, tmp_path, one) as told:
        courier = told.add(one, position=None)
        places = told.happen(2)

        def resume() -> None:
            now_ms = told.clock()
            told.server.do(
                lambda s: endpoints.resume(s, courier.endpoint, "mended", SYSTEM, now_ms)
            )

        one.answers.append(410)
        assert drain(courier).ended
        assert drain(courier).ended
        assert told.show(courier).state == "suspended"
        resume()
        one.went_down()
        drain(courier)
        told.clock.forward(hours=72)
        assert drain(courier).ended
        assert told.show(courier).why.startswith("failing for 72 hours: no answer")
        one.came_up()
        resume()
        drain(courier)
        assert one.positions == places


def test_redirects_are_not_followed(sqlite_database: str, tmp_path: Path):
    with consumer() as one, consumer() as other, telling(sqlite_database, tmp_path, one) as told:
        courier = told.add(one)
        one.answers.append(307)
        one.headers["Location"] = other.url
        assert drain(courier).wait_ms is not None
        assert told.show(courier).why == "answered 307"
        assert other.requests == []


def test_tls_that_nobody_vouches_for_is_not_talked_to(sqlite_database: str, tmp_path: Path):
    context, certificate = certified(tmp_path / "tls")
    with consumer(context) as one:
        with telling(sqlite_database, tmp_path, one, http=False) as told:
            courier = told.add(one)
            drain(courier)
            assert told.show(courier).why == "TLS: self-signed certificate"
            assert one.requests == []
            endpoint = courier.endpoint
        with telling(sqlite_database, tmp_path, one, http=False, ca_file=certificate) as told:
            told.clock.forward(hours=1)
            drain(told.courier(endpoint))
            assert one.positions[:2] == [1, 2]


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, without an end."""
    for _ in range(100):
        try:
            handler.wfile.write(b"X")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def test_who_drips_bytes_holds_nobody_for_longer_than_the_total(
    sqlite_database: str, tmp_path: Path
):
    with consumer() as one, telling(sqlite_database, tmp_path, one, total_s=1) as told:
        courier = told.add(one)
        one.answers.append(drip)
        drain(courier)
        assert told.show(courier).why == "timed out"


def test_a_connection_that_is_made_after_the_total_is_not_used():
    """The host answered at last, when nobody was waiting for it any more."""
    connection = _Connection("http://127.0.0.1/", WebhookSettings())
    here, there = socket.socketpair()
    with here, there, closing(connection):
        connection.cut()
        with pytest.raises(TimeoutError):
            connection._hold(here)
    assert here.fileno() == -1


def test_an_endpoint_sees_its_kinds_sites_and_level(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        company = told.company
        narrow = told.add(
            one, kinds=["feedback"], types=["feedback.record@1"], sites=[company.site]
        )
        elsewhere = told.add(one, kinds=["feedback"], sites=[company.other_site])
        tablet = enrol_tablet(told.server, [company.inspector], company.site)
        walk = str(uuid7())
        tablet.receipts_of(
            [
                tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk}),
                tablet.op("feedback.record@1", inspection=walk, text="ring 13800138000"),
            ]
        )
        drain(elsewhere)
        assert one.events == []
        drain(narrow)
        (event,) = one.events
        assert event["type"] == "feedback.record"
        assert event["data"]["values"]["text"] == "ring 138****8000"
        assert event["data"]["inspection"] == walk
        assert event["data"]["links"]["inspection"] == f"/api/v1/inspections/{walk}"
        wide = told.add(one, level=2, kinds=["feedback"])
        drain(wide)
        assert one.events[1]["data"]["values"]["text"] == "ring 13800138000"
        assert one.ids[0] == one.ids[1]


def test_what_is_private_is_told_to_nobody(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        everything = told.add(one)
        enrol_tablet(told.server, [told.company.inspector], told.company.site)
        drain(everything)
        assert {event["data"]["kind"] for event in one.events} == {"site"}


def test_a_record_that_another_names_first_is_told_as_a_stub(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        courier = told.add(one, position=None)
        tablet = enrol_tablet(told.server, [told.company.inspector], told.company.site)
        tablet.receipts_of([tablet.op("feedback.record@1", inspection=str(uuid7()), text="water")])
        drain(courier)
        stub, said = one.events
        assert (stub["type"], said["type"]) == ("inspection.stub", "feedback.record")
        assert stub["data"]["op"] == said["data"]["op"]
        assert stub["data"]["id"] != said["data"]["id"]
        assert (stub["data"]["revision"], said["data"]["revision"]) == (0, 1)


def test_values_that_are_too_long_stay_here(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        courier = told.add(one, position=None)
        tablet = enrol_tablet(told.server, [told.company.inspector], told.company.site)
        op = tablet.op("feedback.record@1", inspection=str(uuid7()), text="水" * 6000)
        tablet.receipts_of([op])
        drain(courier)
        data = one.events[-1]["data"]
        assert data["values_omitted"]
        assert "values" not in data
        assert data["changed"] == ["inspection", "text"]


def test_a_replay_tells_again_under_the_same_ids(database_url: str, tmp_path: Path):
    with consumer() as one, telling(database_url, tmp_path, one) as told:
        courier = told.add(one)
        told.happen(2)
        drain(courier)
        first = one.ids
        now_ms = told.clock()
        for _ in range(2):
            told.server.do(
                lambda s: endpoints.replay(s, courier.endpoint, 0, SYSTEM, now_ms),
            )
            drain(courier)
        assert one.ids == first * 3
        with pytest.raises(ProblemError):
            told.server.do(lambda s: endpoints.replay(s, courier.endpoint, 999, SYSTEM, now_ms))


def test_a_replay_to_where_it_stands_tells_again_what_is_just_under_way(
    database_url: str, tmp_path: Path
):
    with consumer() as one, telling(database_url, tmp_path, one) as told:
        courier = told.add(one, position=None)
        begin = told.show(courier).position
        places = told.happen(2)

        def lose_it(handler: BaseHTTPRequestHandler) -> None:
            """The consumer has taken both and loses them; its administrator notices."""
            told.server.do(
                lambda s: endpoints.replay(s, courier.endpoint, begin, SYSTEM, told.clock())
            )
            handler.send_response(200)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        one.answers.extend([200, lose_it])
        drain(courier)
        assert [event["data"]["position"] for event in map(_body, one.requests)] == places * 2


def _body(taken: Taken) -> Any:
    return json.loads(taken.body)


def test_while_a_secret_is_replaced_both_sign(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        courier = told.add(one, position=None)
        old, given = told.secrets[courier.endpoint], told.given
        new = told.server.do(
            lambda s: endpoints.rotate(s, given, courier.endpoint, SYSTEM, told.clock())
        ).secret
        told.happen()
        drain(courier)
        assert is_signed(one.requests[0], old)
        assert is_signed(one.requests[0], new)
        told.clock.forward(hours=25)
        told.happen()
        drain(courier)
        assert not is_signed(one.requests[1], old)
        assert is_signed(one.requests[1], new)


def test_what_nobody_wants_is_passed_over_without_a_write(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        courier = told.add(one, kinds=["photo"], position=0)
        for _ in range(2):
            told.happen(2)
            assert drain(courier).wait_ms is None
        assert one.requests == []
        assert told.show(courier).position == 0


def test_where_a_name_leads_is_looked_at_when_it_is_called(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one, networks=[]) as told:
        courier = told.add(f"http://localhost:{one.port}/")
        drain(courier)
        assert "is not public" in told.show(courier).why
        unknown = told.add(f"http://no-such-host.invalid:{one.port}/")
        drain(unknown)
        assert told.show(unknown).why == "the host's name is not known"
        assert one.requests == []


def test_nobody_listening_is_waited_for(sqlite_database: str, tmp_path: Path):
    port = free_port()
    with telling(sqlite_database, tmp_path, ports=[port]) as told:
        courier = told.add(f"http://127.0.0.1:{port}/")
        assert drain(courier).wait_ms == 5000
        assert told.show(courier).tries == 1


def test_a_dead_letter_that_is_refused_again_takes_no_place_of_another(
    sqlite_database: str, tmp_path: Path
):
    limits = {"refusals": 1, "refusals_in_row": 1}
    with consumer() as one, telling(sqlite_database, tmp_path, one, **limits) as told:
        courier = told.add(one, position=None)
        places = told.happen(3)
        one.answers.extend([200, 200, 422])
        assert drain(courier).ended
        now_ms = told.clock()

        def again(s: Session) -> None:
            endpoints.replay(s, courier.endpoint, places[0] - 1, SYSTEM, now_ms)
            endpoints.retry(s, courier.endpoint, None, SYSTEM, now_ms)

        told.server.do(again)
        one.answers.append(422)
        assert drain(courier).ended
        assert told.show(courier).position == places[0] - 1
        told.server.do(lambda s: endpoints.resume(s, courier.endpoint, "mended", SYSTEM, now_ms))
        drain(courier)
        assert one.positions == [*places[:2], *places]


def test_who_stands_elsewhere_by_now_keeps_nothing(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        endpoint = told.add(one).endpoint
        assert not told.handin(Settle(endpoint, 999, 1000, told.clock(), delivered=1)).moved
        assert told.show(told.courier(endpoint)).delivered == 0


def test_there_is_an_end_to_endpoints(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(endpoints, "MOST", 1)
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        told.add(one)
        with pytest.raises(ProblemError, match="there are 1 endpoints"):
            told.add(one)


def test_an_endpoint_of_an_op_alone_is_told_nothing_and_says_so(
    sqlite_database: str, tmp_path: Path
):
    with consumer() as one, telling(sqlite_database, tmp_path, one) as told:
        made, now_ms = uuid7(), told.clock()

        def job(s: Session) -> None:
            feed, payload = endpoints.feed_of(s), {"reason": "by hand", "level": 1}
            setup.put(s, "endpoint.set@1", ("endpoint", made), feed, payload, SYSTEM, now_ms)

        told.server.do(job)
        assert told.courier(made).step().ended
        (shown,) = told.server.look(lambda s: endpointviews.listing(s, now_ms))
        assert (shown.state, shown.url) == ("suspended", "")
        assert "webhook add" in shown.why
