"""Photos are judged again when a fence or the settings change: by steps, once, and visibly."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session
from tests.factories import NOON_MS
from tests.flow.judging import HASH, Judging, judging

from fieldops.flow import rejudge, setup
from fieldops.flow.handin import HandinAnswer, HandinRequest, read_request
from fieldops.flow.rejudge import Rejudger
from fieldops.flow.setup import SYSTEM
from fieldops.settings import EvidenceSettings, EvidenceWeights
from fieldops.store import judged, ledger, log, quarantine, sightings
from fieldops_sync.ids import uuid7

HERE = {"latitude": "31.23", "longitude": "121.47", "radius_m": "300"}
ELSEWHERE = {"latitude": "39.90", "longitude": "116.40", "radius_m": "300"}
PLAIN = EvidenceSettings()
LIGHT = EvidenceSettings(weights=EvidenceWeights(same_bytes=5))
STRICT = EvidenceSettings(near_bits=0)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Judging]:
    with judging(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def quick(sqlite_database: str, tmp_path: Path) -> Iterator[Judging]:
    """For what does not depend on the database."""
    with judging(sqlite_database, tmp_path) as made:
        yield made


def rejudger(
    desk: Judging, scale: EvidenceSettings = PLAIN, timezone: str = "", pause_s: float = 0
) -> Rejudger:
    def handin(request: HandinRequest) -> HandinAnswer:
        """As a worker beside SQLite hands in: over a socket."""
        return desk.handin(read_request(msgspec.json.encode(request)))

    zone = timezone or desk.server.core.settings.timezone
    return Rejudger(desk.server.core.store, handin, scale, zone, pause_s)


def rest(again: Rejudger, now_ms: int = NOON_MS) -> int:
    """Let it work until nothing is left to be judged again; how many photos were."""
    count = 0
    for _ in range(50):
        done = again.run(now_ms)
        count += done
        if not done and again._due_s:
            again._due_s = 0.0
            return count
    raise AssertionError("it does not come to rest")


def fence(
    desk: Judging, given: dict[str, str] | None, site: UUID | None = None, **more: Any
) -> None:
    body = {"name": "翠湖花园", **({} if given is None else {"fence": given}), **more}
    desk.server.do(lambda s: setup.put_site(s, site or desk.company.site, body, SYSTEM, 0))


def history(desk: Judging, photo: UUID) -> list[list[str]]:
    """The codes of each note that the evidence reader wrote on a photo, in the log's order."""

    def read(session: Session) -> list[list[str]]:
        ops = [one.op for one in log.read(session, 0, 10_000) if one.subject == photo]
        raws = ledger.raws(session, ops)
        said = [msgspec.json.decode(raws[op][0])["payload"].get("notes") for op in ops]
        return [[note["code"] for note in notes] for notes in said if notes is not None]

    return desk.server.look(read)


def inside(desk: Judging, name: str = "a", **given: Any) -> UUID:
    """A photo taken in ``HERE``, that is looked at and judged."""
    photo = desk.attach(name, latitude="31.23", longitude="121.47", accuracy_m="5", **given)
    desk.show(name)
    desk.judge()
    return photo


# The fence and the zone of a site


def test_a_changed_fence_notes_and_withdraws_and_history_shows_both(desk: Judging):
    photo = inside(desk)
    again = rejudger(desk)
    assert rest(again) == 1, "gone through once, for nothing said by which rules it was judged"
    head = desk.head()
    assert (rest(again), desk.head()) == (0, head)
    fence(desk, ELSEWHERE)
    desk.judge()
    assert desk.codes(photo) == [[]], "the log alone judges nothing again"
    assert rest(again) == 1
    assert desk.codes(photo) == [["outside-fence"]]
    assert (desk.risk(photo), desk.sighting(photo).risk) == (30, 30)
    fence(desk, HERE)
    assert rest(again) == 1
    assert (desk.codes(photo), desk.risk(photo), desk.sighting(photo).risk) == ([[]], 0, 0)
    fence(desk, ELSEWHERE)
    fence(desk, None)
    fence(desk, ELSEWHERE)
    assert rest(again) == 1
    assert history(desk, photo) == [[], ["outside-fence"], [], ["outside-fence"]]
    assert desk.server.look(lambda s: quarantine.page(s, "open", "", None)) == []


def test_only_the_site_that_changed_is_gone_through(desk: Judging):
    there = desk.tablet("there", desk.company.other_site)
    mine, other = inside(desk), inside(desk, "b", tablet=there)
    again = rejudger(desk)
    assert rest(again) == 2
    fence(desk, ELSEWHERE, desk.company.other_site)
    assert rest(again) == 1
    assert ("outside-fence" in desk.notes(mine), "outside-fence" in desk.notes(other)) == (
        False,
        True,
    )
    fence(desk, None, name="Another name")
    assert rest(again) == 0, "its name is no rule"


def test_another_zone_moves_the_day_and_with_it_what_is_compared(desk: Judging):
    """21:00 and 01:00 in Shanghai are two days there, and one in New York."""
    walk = uuid7()
    desk.server.clock.forward(1)
    first = inside(desk, walk=walk, item="floor")
    desk.server.clock.forward(4)
    second = desk.attach("a", desk.tablet("two"), walk=walk, item="floor")
    desk.judge()
    desk.look("a")
    desk.judge()
    assert desk.codes(first, second) == [[], ["same-bytes"]]
    again = rejudger(desk)
    rest(again)
    fence(desk, None, timezone="America/New_York")
    assert rest(again) == 2
    assert [desk.sighting(one).day for one in (first, second)] == ["2026-11-21"] * 2
    assert desk.codes(first, second) == [[], []]


# Settings


def test_other_weights_count_for_old_photos_and_for_the_queue(desk: Judging):
    walk = uuid7()
    desk.attach("a", item="floor")
    photo = desk.attach("a", walk=walk, item="glass")
    desk.show("a")
    desk.judge()
    assert desk.risk(photo) == 40
    rest(rejudger(desk))
    assert rest(rejudger(desk, LIGHT)) == 2
    assert (desk.codes(photo), desk.risk(photo)) == ([["same-bytes"]], 5)
    standing = desk.server.look(lambda s: sightings.standing(s, [walk.bytes]))
    assert standing[walk.bytes].worst == 5


def test_other_limits_withdraw_notes_and_a_new_version_looks_again(
    quick: Judging, monkeypatch: pytest.MonkeyPatch
):
    quick.attach("a", item="floor")
    photo = quick.attach("b", item="glass")
    quick.show("a")
    quick.show("b", dhash=HASH ^ 1)
    quick.judge()
    assert quick.codes(photo) == [["near-duplicate"]]
    rest(rejudger(quick, STRICT))
    assert quick.codes(photo) == [[]]
    assert rest(rejudger(quick, STRICT)) == 0
    monkeypatch.setattr("fieldops.rules.evidence.VERSION", 2)
    assert rest(rejudger(quick, STRICT)) == 2


def test_two_processes_with_other_settings_do_not_judge_for_ever(desk: Judging):
    """The one that began last decides; a fence that changes is still followed by it alone."""
    photo = inside(desk)
    old, new = rejudger(desk), rejudger(desk, LIGHT)
    assert [rest(old), rest(new), rest(old), rest(new), rest(old)] == [1, 1, 0, 0, 0]
    fence(desk, ELSEWHERE)
    assert [rest(old), rest(new)] == [0, 1]
    assert desk.codes(photo) == [["outside-fence"]]


# Step by step


def test_many_photos_are_judged_in_small_steps_which_go_on_after_a_crash(
    desk: Judging, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rejudge, "PHOTOS", 2)
    monkeypatch.setattr(rejudge, "WINDOW", 3)
    photos = [inside(desk, str(at), item="floor") for at in range(5)]
    rest(rejudger(desk))
    fence(desk, ELSEWHERE)
    first = rejudger(desk)
    done = first.run(NOON_MS)
    assert done in (1, 2), "a window of three records holds no more photos"
    assert sum(bool(codes) for codes in desk.codes(*photos)) == done
    assert rest(rejudger(desk)) == 5 - done, "another process goes on where the first one stopped"
    assert all("outside-fence" in desk.notes(photo) for photo in photos)
    causes = {desk.server.look(_cause_of(photo)) for photo in photos}
    assert len(causes) == 1, "all of one round name one cause"


def _cause_of(photo: UUID) -> Any:
    def read(session: Session) -> str:
        last = [one.op for one in log.read(session, 0, 10_000) if one.subject == photo][-1]
        cause: str = msgspec.json.decode(ledger.raws(session, [last])[last][0])["payload"]["cause"]
        return cause

    return read


def test_sites_without_photos_are_marked_some_at_a_time(
    quick: Judging, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rejudge, "SITES", 1)
    again = rejudger(quick)
    for count in (1, 2, 2):
        again.run(NOON_MS)
        assert len(quick.server.look(judged.everywhere)) == count
    assert all(one.done for one in quick.server.look(judged.everywhere).values())


def test_a_photo_that_the_log_has_not_come_to_is_left_to_it(quick: Judging):
    photo = quick.attach("a", latitude="31.23", longitude="121.47")
    quick.show("a")
    fence(quick, ELSEWHERE)
    assert rest(rejudger(quick)) == 0
    assert quick.risk(photo) is None
    quick.judge()
    assert history(quick, photo) == [["outside-fence"]]


def test_what_is_voided_or_removed_keeps_what_it_had(quick: Judging):
    photo = inside(quick)
    quick.void("photo", photo)
    quick.judge()
    fence(quick, ELSEWHERE)
    assert rest(rejudger(quick)) == 1
    assert history(quick, photo) == [[]]


def test_a_fence_that_changes_meanwhile_begins_the_round_anew(
    desk: Judging, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rejudge, "PHOTOS", 1)
    photos = [inside(desk, str(at)) for at in range(3)]
    again = rejudger(desk)
    rest(again)
    fence(desk, ELSEWHERE)
    assert again.run(NOON_MS) == 1
    fence(desk, HERE)
    rest(again)
    assert [set(desk.notes(photo)) & {"outside-fence"} for photo in photos] == [set()] * 3


def test_of_two_who_go_on_from_one_place_only_one_does(desk: Judging):
    photo = inside(desk)
    rest(rejudger(desk))
    fence(desk, ELSEWHERE)
    quick, answers = rejudger(desk), []

    def first_the_other(request: HandinRequest) -> HandinAnswer:
        assert quick.run(NOON_MS) == 1
        answers.append(desk.handin(request))
        return answers[-1]

    core = desk.server.core
    slow = Rejudger(core.store, first_the_other, PLAIN, core.settings.timezone)
    assert slow.run(NOON_MS) == 0
    assert not answers[0].moved
    assert history(desk, photo) == [[], ["outside-fence"]]


def test_it_pauses_when_there_is_nothing_to_do(quick: Judging):
    again = rejudger(quick, pause_s=3600)
    while not again._due_s:
        again.run(NOON_MS)
    fence(quick, ELSEWHERE)
    assert again.run(NOON_MS) == 0
    again._due_s = 0.0
    again.run(NOON_MS)
    places = {one.place for one in quick.server.look(judged.everywhere).values()}
    assert len(places) == 2
