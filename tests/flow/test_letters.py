"""Letters: to whom it concerns, once, and without anything that people wrote."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.consumers import certified, consumer, free_port
from tests.factories import Company, Server, add_person, enrol_tablet, found_company, running
from tests.mailserver import Post, mail_server

from fieldops.flow import doctornotices, endpoints, plugins
from fieldops.flow import post as posting
from fieldops.flow.handin import HandinAnswer, HandinDown, HandinRequest
from fieldops.flow.letters import LetterWriter
from fieldops.flow.letterwork import Posted, Write
from fieldops.flow.mailboxes import set_mailbox
from fieldops.flow.react import DirectHandin
from fieldops.flow.setup import SYSTEM
from fieldops.flow.worker import Worker, clock_ms
from fieldops.model.access import Role
from fieldops.model.problem import ProblemError
from fieldops.store import letters, readers
from fieldops_sync.endpointpayloads import EndpointSet
from fieldops_sync.ids import uuid7

SAID = "13800138000 says that the lobby is flooded"


class Office:
    """A server that writes letters; its supervisor gets his in Chinese."""

    def __init__(self, server: Server, company: Company) -> None:
        self.server, self.company, self.clock = server, company, server.clock
        self.tablet = enrol_tablet(server, [company.inspector], company.site)
        self.handin = DirectHandin(server.core.store, server.clock)
        self.writer = self.anew()
        self.box(company.supervisor, "supervisor@example.com")
        self.run()

    def anew(self, handin: Any = None) -> LetterWriter:
        core = self.server.core
        return LetterWriter(core.settings, core.store, handin or self.handin, self.clock)

    def box(self, user: UUID, address: str, language: str = "zh-CN") -> None:
        self.server.do(lambda s: set_mailbox(s, user, address, language, SYSTEM, self.clock()))

    def complain(self) -> UUID:
        """A resident complains on a tablet; the feedback's id."""
        # Of a walk that nobody has told of yet, so that its stub is a change of the same op.
        walk = str(uuid7())
        praise = self.tablet.op("feedback.record@1", inspection=walk, nature="praise", text=SAID)
        op = self.tablet.op("feedback.record@1", inspection=walk, nature="complaint", text=SAID)
        _praised, receipt = self.tablet.receipts_of([praise, op])
        assert receipt["status"] == "applied", receipt
        return UUID(op["subject"]["id"])

    def run(self) -> None:
        for _ in range(50):
            if not self.writer.step():
                return
        raise AssertionError("the writer does not come to rest")

    def amiss(self) -> list[str]:
        now_ms = self.clock()
        found = self.server.look(lambda s: [*doctornotices.standing_still(s, now_ms)])
        return [one.why for one in found]


def begin_reader(server: Server, name: str) -> None:
    server.do(lambda s: readers.ensure(s, name))


@contextlib.contextmanager
def office(database_url: str, folder: Path, port: int, **mail: Any) -> Iterator[Office]:
    given = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "fieldops@example.com"}
    with running(database_url, folder, mail=given | mail, plugins=[]) as server:
        yield Office(server, found_company(server))


def test_a_supervisor_is_told_once_of_a_complaint_and_not_what_was_said(
    database_url: str, tmp_path: Path
):
    with mail_server(Post()) as post, office(database_url, tmp_path, post.port) as one:
        other = one.server.do(lambda s: add_person(s, Role.SUPERVISOR, {one.company.other_site}))
        one.box(other, "other@example.com")
        feedback = one.complain()
        one.run()
        one.writer = one.anew()
        one.run()
        (letter,) = post.letters
        assert letter["To"] == "supervisor@example.com"
        assert letter["Subject"] == "收到住户投诉 · 翠湖花园"
        assert letter["From"] == "fieldops@example.com"
        assert letter["Message-ID"].endswith("@example.com>")
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter["Date"].datetime.isoformat() == "2026-11-21T12:00:00+00:00"
        text = letter.get_content()
        assert f"/api/v1/records/{feedback}" in text
        assert "flooded" not in text
        assert SAID[:11] not in text
        assert "138****" not in text


def test_an_address_that_is_refused_keeps_nobody_else_waiting(sqlite_database: str, tmp_path: Path):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:
        second = one.server.do(lambda s: add_person(s, Role.SUPERVISOR, {one.company.site}))
        third = one.server.do(lambda s: add_person(s, Role.SUPERVISOR, None))
        one.box(second, "gone@example.com")
        one.box(third, "later@example.com", "en")
        post.answers["gone@example.com"] = "550 no such user"
        post.answers["later@example.com"] = "451 come again"
        one.complain()
        one.run()
        assert post.to == ["supervisor@example.com"]
        assert one.amiss() == ["1 waiting: answered 451"]
        del post.answers["later@example.com"]
        one.run()
        assert len(post.letters) == 1
        one.clock.forward(hours=1 / 60)
        one.run()
        assert post.to == ["supervisor@example.com", "later@example.com"]
        assert post.letters[1]["Subject"] == "A resident complains · 翠湖花园"
        assert one.amiss() == []


def test_a_letter_whose_text_is_refused_is_not_sent_for_ever(sqlite_database: str, tmp_path: Path):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:
        post.data_answers = ["554 looks like spam"]
        one.complain()
        one.run()
        one.clock.forward(hours=2)
        one.run()
        assert post.letters == []
        assert one.amiss() == []


def test_a_mail_server_that_is_down_loses_nothing(database_url: str, tmp_path: Path):
    port = free_port()
    with office(database_url, tmp_path, port) as one:
        one.complain()
        one.run()
        assert one.amiss() == ["1 waiting: no answer (ConnectionRefusedError)"]
        one.clock.forward(hours=1)
        with mail_server(Post(), port=port) as post:
            one.run()
            assert post.to == ["supervisor@example.com"]
        one.tablet.renew()
        # Three days are given; then the letter is given up, and is nobody's trouble any more.
        one.complain()
        one.run()
        one.clock.forward(hours=72)
        one.run()
        assert one.amiss() == []


def test_a_letter_that_went_out_twice_has_one_message_id(sqlite_database: str, tmp_path: Path):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:

        def die(request: HandinRequest) -> HandinAnswer:
            if isinstance(request, Posted):
                raise HandinDown("the worker died here")
            return one.handin(request)

        one.complain()
        dying = one.anew(die)
        dying.step()
        with pytest.raises(HandinDown):
            dying.step()
        one.run()
        assert post.to == ["supervisor@example.com"] * 2
        assert len({letter["Message-ID"] for letter in post.letters}) == 1


def test_two_workers_at_once_send_a_letter_once(database_url: str, tmp_path: Path):
    with mail_server(Post()) as post, office(database_url, tmp_path, post.port) as one:
        other = one.anew()

        def meanwhile(request: HandinRequest) -> HandinAnswer:
            """What went out is noted only now; the other worker looks before."""
            if isinstance(request, Posted):
                other.step()
            return one.handin(request)

        one.complain()
        one.writer = one.anew(meanwhile)
        one.run()
        other.step()
        assert post.to == ["supervisor@example.com"]


def test_letters_go_by_tls_and_password(sqlite_database: str, tmp_path: Path):
    context, certificate = certified(tmp_path / "tls")
    given = {"tls": "starttls", "username": "fieldops", "password": "right"}
    with mail_server(Post(), context, b"right") as post:
        with office(sqlite_database, tmp_path, post.port, **given, ca_file=certificate) as one:
            one.complain()
            one.run()
            assert post.to == ["supervisor@example.com"]
        wrong = given | {"password": "wrong"}
        with running(
            sqlite_database,
            tmp_path,
            mail={"host": "127.0.0.1", "port": post.port, "sender": "a@b", **wrong},
        ) as server:
            now_ms = server.clock()
            settings = server.core.settings
            found = server.look(lambda s: [*doctornotices.examine(s, settings, now_ms)])
            assert [one.found["en"] for one in found if one.state != "ok"] == [
                f"127.0.0.1:{post.port}: TLS: self-signed certificate"
            ]
        trusting = settings.mail.model_copy(update={"ca_file": certificate})
        assert posting.check(trusting) == "the mail server does not take the name and password"


def test_what_another_worker_outran_is_written_after_all(sqlite_database: str, tmp_path: Path):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:
        chief = one.server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
        one.box(chief, "chief@example.com", "en")
        begin_reader(one.server, "cleaning")
        one.server.do(lambda s: plugins.park(s, "cleaning", "why", SYSTEM, one.clock()))
        outrun: list[Write] = []

        def late(request: HandinRequest) -> HandinAnswer:
            """The other one has seen the log go on, and died before it saw the plugin stop."""
            if isinstance(request, Write) and not outrun:
                outrun.append(request)
                assert one.handin(Write(request.from_, request.to)).moved
            return one.handin(request)

        one.complain()
        one.writer = one.anew(late)
        one.run()
        assert outrun[0].to > outrun[0].from_
        one.run()
        assert post.to == ["chief@example.com"]
        assert "Plugin: cleaning" in post.letters[0].get_content()


def test_a_parked_plugin_and_the_digest(sqlite_database: str, tmp_path: Path):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:
        chief = one.server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
        one.box(chief, "chief@example.com", "en")
        for name in ("cleaning", "security"):
            begin_reader(one.server, name)
        one.server.do(lambda s: plugins.park(s, "cleaning", "why", SYSTEM, one.clock()))
        one.run()
        one.run()
        assert post.to == ["chief@example.com"]
        assert "Plugin: cleaning" in post.letters[0].get_content()
        walk = {"kind": "inspection", "id": str(uuid7())}
        start = one.tablet.op("inspection.start@1", subject=walk)
        submit = one.tablet.op("inspection.submit@1", subject=walk, base=[start["id"]])
        one.tablet.receipts_of([start, submit])
        one.complain()
        said = {"severity": "major", "text": "a leak"}
        late = {**said, "deadline": "2026-11-21T20:00:00Z"}
        leak, mended, appealed, overdue = (
            one.tablet.op("finding.report@1", payload=fields) for fields in (said, said, said, late)
        )
        steps = (
            one.tablet.op("rectification.report@1", subject=mended["subject"], note="dry"),
            one.tablet.op("finding.appeal@1", subject=appealed["subject"], reason="not ours"),
        )
        taken = one.tablet.receipts_of([leak, mended, appealed, overdue, *steps])
        assert {receipt["status"] for receipt in taken} == {"applied"}
        one.run()
        post.letters.clear()
        # 12:00 UTC is 20:00 in Shanghai; the next digest is due there at 8.
        one.clock.forward(hours=11.9)
        one.run()
        assert post.letters == []
        one.clock.forward(hours=0.2)
        one.run()
        one.run()
        assert [letter["Subject"] for letter in post.letters] == ["今日待办"]
        lines = post.letters[0].get_content().splitlines()
        assert lines[2:8] == [
            "未归档的投诉：1",
            "待审核的巡检：1",
            "待整改的问题：2",
            "其中已超期：1",
            "待复查的整改：1",
            "待裁定的申诉：1",
        ]


def test_letters_begin_with_what_happens_after_mail_was_set_up(
    sqlite_database: str, tmp_path: Path
):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:
        one.complain()
        one.clock.forward(hours=25)
        one.run()
        # Mail was off for a day: what was received before that is no news.
        assert [letter["Subject"] for letter in post.letters if "投诉" in letter["Subject"]] == []


def test_who_has_no_address_gets_no_letters(sqlite_database: str, tmp_path: Path):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:
        one.box(one.company.supervisor, "")
        assert one.server.look(letters.mailboxes) == {}
        one.complain()
        one.run()
        assert post.letters == []
        for wrong in ("nobody", "a@b\r\nBcc: c@d", "ä@example.com"):
            with pytest.raises(ProblemError):
                one.box(one.company.supervisor, wrong)


def test_a_worker_tells_endpoints_and_writes_letters(sqlite_database: str, tmp_path: Path):
    fine = {"poll_ms": 20}
    with mail_server(Post()) as post, consumer() as taker:
        hooks = {"http": True, "networks": ["127.0.0.0/8"], "ports": [taker.port]}
        mail = {"host": "127.0.0.1", "port": post.port, "tls": "none", "sender": "a@example.com"}
        given: dict[str, Any] = {"mail": mail, "webhooks": hooks, "worker": fine, "plugins": []}
        with running(sqlite_database, tmp_path, **given) as server:
            server.clock.now_ms = clock_ms()
            one = Office(server, found_company(server))
            fields = EndpointSet(url=taker.url, reason="a test", kinds=["feedback"])
            webhooks = server.core.settings.webhooks
            server.do(lambda s: endpoints.add(s, webhooks, fields, SYSTEM, server.clock()))
            failures: list[Exception] = [ValueError("a fault"), HandinDown("away")]

            def flaky(request: HandinRequest) -> HandinAnswer:
                if isinstance(request, Write | Posted) and failures:
                    raise failures.pop()
                return one.handin(request)

            stop = threading.Event()
            core = server.core
            worker = Worker(core.settings, core.store, flaky, stop)
            thread = threading.Thread(target=worker.run, args=([],))
            thread.start()
            try:
                one.complain()
                end = time.monotonic() + 60
                while not (post.letters and taker.requests):
                    assert time.monotonic() < end
                    time.sleep(0.02)
            finally:
                stop.set()
                thread.join(60)
            assert not thread.is_alive()
        assert post.to == ["supervisor@example.com"] * len(post.to)
        assert taker.events[0]["type"] == "feedback.record"
        assert "flooded" in str(taker.events[0])


def test_letters_go_by_tls_from_the_first_byte_and_wait_for_a_server_that_is_busy(
    sqlite_database: str, tmp_path: Path
):
    context, certificate = certified(tmp_path / "tls")
    with mail_server(Post(), implicit=context) as post:
        given: dict[str, Any] = {"tls": "tls", "ca_file": certificate}
        with office(sqlite_database, tmp_path, post.port, **given) as one:
            post.sender_answers = ["451 busy"]
            one.complain()
            one.run()
            assert one.amiss() == ["1 waiting: answered 451"]
            mail = one.server.core.settings.mail
            assert posting.check(mail) == ""
            found = one.server.look(
                lambda s: [*doctornotices.examine(s, one.server.core.settings, one.clock())]
            )
            assert found[-1].found["en"].endswith("1 letters wait: answered 451")
            one.clock.forward(hours=1)
            one.run()
            assert post.to == ["supervisor@example.com"]
            nobody = mail.model_copy(update={"port": free_port()})
            assert posting.check(nobody) == "no answer (ConnectionRefusedError)"


def test_a_writer_that_is_behind_another_keeps_nothing(sqlite_database: str, tmp_path: Path):
    with mail_server(Post()) as post, office(sqlite_database, tmp_path, post.port) as one:
        assert not one.handin(Write(10**6, 10**6 + 1)).moved
