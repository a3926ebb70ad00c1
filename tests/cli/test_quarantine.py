"""``quarantine``: looked at, put right, each decision under somebody's name."""

from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.cli.helping import Line
from tests.cli.tablets import Company, walk

from fieldops.flow import salvage
from fieldops.flow.decode import decode
from fieldops.store import records
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.wire import Limits


class Kept:
    """A company with two ops in quarantine, and one that nobody can read."""

    def __init__(self, line: Line, folder: Path) -> None:
        self.line, self.company = line, Company(line)
        inspection = uuid7()
        with self.company.enrol(folder / "pad") as outbox:
            walk(outbox, self.company.site)
            raws = [op.raw for op in outbox.ops()]
            device, incarnation = outbox.device, outbox.incarnation
        wrong = msgspec.json.decode(raws[0]) | {"id": str(uuid7())}
        wrong["payload"] = {"inspection": str(inspection), "item": "floor", "outcome": "maybe"}
        wrong["payload"]["note"] = "电话13800138000"
        wrong["subject"] = {"kind": "result", "id": str(result_id(inspection, "floor"))}
        self.bad = wrong["id"]
        assert device is not None
        self.device, self.incarnation = device, incarnation
        self.add(*raws, msgspec.json.encode(wrong), b"\xff\xfe nothing")

    def add(self, *raws: bytes) -> None:
        """Put ops into quarantine, as they came."""
        store, life = self.company.open_store(), (self.device, self.incarnation)
        items = [decode(raw) for raw in raws]
        now_ms = self.company.line_now()
        store.write(lambda s: salvage.quarantine_all(s, *life, items, Limits(), now_ms)).result()
        store.close()


@pytest.fixture
def kept(line: Line, tmp_path: Path) -> Kept:
    return Kept(line, tmp_path)


def test_items_are_listed_by_reason_and_site(kept: Kept):
    line = kept.line
    rows = line.json("quarantine", "list")
    assert sorted(row["reason"] for row in rows) == [
        "device-revoked",
        "device-revoked",
        "schema",
        "schema",
    ]
    assert len(line.json("quarantine", "list", "--reason", "schema")) == 2
    assert len(line.json("quarantine", "list", "--site", "CH")) == 3
    assert line.json("quarantine", "list", "--state", "discarded") == []
    assert line.problem("quarantine", "list", "--site", "NOPE") == "unknown-name"
    assert "device-revoked" in line("quarantine", "list")


def test_what_is_wrong_is_said_in_the_language_of_the_command_line(kept: Kept):
    line = kept.line
    assert "不接受此值：'maybe'" in line("--lang", "zh-CN", "quarantine", "show", kept.bad)
    assert "Invalid enum value 'maybe'" in line("quarantine", "show", kept.bad)


def test_an_item_is_shown_as_it_was_sent(kept: Kept):
    line = kept.line
    (found,) = line.json("quarantine", "show", kept.bad)
    assert msgspec.json.decode(found["raw"])["payload"]["outcome"] == "maybe"
    assert '"maybe"' in line("quarantine", "show", kept.bad)
    unreadable = next(row for row in line.json("quarantine", "list") if not row["type"])
    assert r"\xff\xfe nothing" in line("quarantine", "show", unreadable["op"])
    assert line.problem("quarantine", "show", uuid4()) == "unknown-name"
    assert "UUID" in line.wrong_usage("quarantine", "show", "no-id")


def test_personal_information_is_shown_by_level_and_on_record(kept: Kept):
    line = kept.line
    assert "电话138****8000" in line("quarantine", "show", kept.bad)
    assert "电话138****8000" in line("quarantine", "show", kept.bad, "--as", "han")
    line("user", "grant", "han", "supervisor", "--level", "2", "--site", "CH")
    assert "电话13800138000" in line("quarantine", "show", kept.bad, "--as", "han")
    assert line.json("audit", "list", "--action", "record.read") == []  # that is no L3


def test_bulk_replay_applies_what_it_can_and_keeps_the_rest(kept: Kept):
    line = kept.line
    assert line.problem("quarantine", "replay", "--site", "CH", "--as", "nobody") == "unknown-name"
    assert "--reason" in line.wrong_usage("quarantine", "replay", "--as", "han")
    done = line.run("quarantine", "replay", "--site", "CH", "--as", "han")
    assert done.exit_code == 1
    assert "2 applied, 1 still in quarantine" in done.stdout
    rows = line.json("quarantine", "replay", kept.bad, "--as", "han", code=1)
    assert (rows[0]["op"], rows[0]["status"]) == (kept.bad, "quarantined")
    assert rows[0]["why"]
    assert len(line.json("quarantine", "list", "--state", "replayed")) == 2


def test_who_has_no_right_sees_nothing_to_replay(kept: Kept):
    done = kept.line.run("quarantine", "replay", kept.bad, "--as", "li")
    assert done.exit_code == 1


def test_a_repaired_op_takes_effect_as_a_new_one(kept: Kept):
    line = kept.line
    (found,) = line.json("quarantine", "show", kept.bad)
    payload = msgspec.json.decode(found["raw"])["payload"] | {"outcome": "fail"}
    changes = msgspec.json.encode({"payload": payload}).decode()
    repaired = line.json("quarantine", "repair", kept.bad, "--set", changes, "--as", "han")
    assert repaired["id"] == kept.bad
    assert repaired["repaired_by"]
    subject = UUID(msgspec.json.decode(found["raw"])["subject"]["id"])
    with kept.company.open_store().read() as session:
        state = records.get_one(session, subject)
    assert state is not None
    assert state.body["note"] == "电话13800138000"  # han saw it masked and gave it back so
    again = ("quarantine", "repair", kept.bad, "--set", changes, "--as", "han")
    assert line.problem(*again) == "conflict-version"


@pytest.mark.parametrize("changes", ["[1]", "{", '"text"'])
def test_a_repair_takes_a_json_object(sqlite_line: Line, changes: str):
    said = sqlite_line.wrong_usage("quarantine", "repair", uuid4(), "--set", changes, "--as", "han")
    assert "payload" in said


def test_a_discarded_op_keeps_its_reason(kept: Kept):
    line = kept.line
    discard = ("quarantine", "discard", kept.bad, "--as", "han", "--reason")
    assert line.problem(*discard, "  ") == "validation"
    line(*discard, "typed by mistake")
    (found,) = line.json("quarantine", "list", "--state", "discarded")
    assert found["note"] == "typed by mistake"
    assert line.json("audit", "list", "--action", "quarantine.")[0]["actor"] == "han"


def test_what_strangers_wrote_is_shown_and_not_obeyed(kept: Kept):
    """Sequences of a terminal: clear it, set its title, write into the clipboard."""
    raw = b"\x1b[2J\x1b]52;c;aGk=\x07\xc2\x9b31m not an op"
    kept.add(raw)
    found = {"op": str(decode(raw).id)}
    for said in (
        kept.line("quarantine", "show", found["op"]),
        kept.line("quarantine", "show", found["op"], "--json"),
        kept.line("quarantine", "list"),
    ):
        assert all(one.isprintable() or one in "\n\t" for one in said)
