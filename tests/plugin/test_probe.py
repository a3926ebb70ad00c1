"""The probe: what a plugin declares, read in a process that is killed in time."""

import ctypes
import subprocess
import sys
import time

import msgspec
import pytest
from tests.factories import checklist_text
from tests.plugin.packages import Packages

from fieldops import limits
from fieldops.model.plugin import Probe
from fieldops.plugin import probe
from fieldops.plugin.bounds import Bounds
from fieldops.process import Process, ProcessGone, ProcessLate

QUICK = Bounds(start_s=1)
TEXT = checklist_text("daily")
DECLARING = f"""
@hookimpl
def declare_checklists(settings):
    return [ChecklistFile("daily.toml", {TEXT!r}), ChecklistFile("broken.toml", "key =")]
"""


def test_probe_reads_card_checklists_and_levels(packages: Packages) -> None:
    code = DECLARING + "@hookimpl\ndef declare_fields(checklist):\n    return {'floor': 2}"
    name = packages.install("good", code)
    for found in (probe.probe(name), probe.read(name, {})):
        assert found.card is not None
        assert (found.card.name, found.card.version) == ("good", "1.0")
        assert [file.name for file in found.checklists] == ["daily.toml", "broken.toml"]
        assert found.levels == {"daily": {"floor": 2}}
        assert found.faults == ()


def test_every_field_is_level_three_where_the_plugin_fails_to_say(packages: Packages) -> None:
    code = DECLARING + "@hookimpl\ndef declare_fields(checklist):\n    return {'floor': 9}"
    found = probe.read(packages.install("odd", code), {})
    assert found.levels == {"daily": {"floor": 3}}
    assert [fault.code for fault in found.faults] == ["wrong-result"]
    assert found.card is not None


def test_plugin_without_checklists_or_levels_is_fine(packages: Packages) -> None:
    found = probe.read(packages.install("plain", ""), {})
    assert found.card is not None
    assert (found.checklists, found.levels) == ((), {})
    found = probe.read(packages.install("listing", DECLARING), {})
    assert (len(found.checklists), found.levels) == (2, {})


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("while True: pass", "timeout"),
        ("import os; os._exit(3)", "crashed"),
        ("x = bytearray(10**10)", "import-failed"),
        ("@hookimpl\ndef declare_checklists(settings): return 3", "wrong-result"),
        ("import os\nfor n in range(3, 9):\n    try: os.write(n, b'x' * 99)\n    except OSError: 0",
         "crashed"),
        ("import os\nfor n in range(3, 9):\n    try: os.write(n, b'\\0\\0\\0\\x02{]')\n"
         "    except OSError: 0", "crashed"),
    ],
)  # fmt: skip
def test_plugin_that_cannot_be_read_is_off(packages: Packages, code: str, expected: str) -> None:
    bounds = QUICK if expected == "timeout" else Bounds()
    found = probe.probe(packages.install("odd", code), {}, bounds)
    assert found.card is None
    assert [fault.code for fault in found.faults] == [expected]


def test_probe_prints_for_people_and_talks_to_workers(packages: Packages) -> None:
    name = packages.install("good", "")
    run = subprocess.run(
        [sys.executable, "-m", "fieldops.plugin.probe", name], capture_output=True, check=True
    )
    assert msgspec.json.decode(run.stdout, type=Probe).name == "good"


def test_process_whose_parent_is_another_ends_at_once() -> None:
    try:
        with pytest.raises(SystemExit):
            limits.confine(parent=1 << 30, memory_mb=100_000)
    finally:
        # This process is to outlive its parent as before: prctl(PR_SET_PDEATHSIG, none).
        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)


def test_input_that_is_not_read_is_late_and_a_closed_one_is_gone(packages: Packages) -> None:
    name = packages.install("odd", "import time; time.sleep(60)")
    started = Process("fieldops.plugin.probe", [name])
    with pytest.raises(ProcessLate):
        started.send(b"x" * 10_000_000, deadline=time.monotonic() + 0.2)
    started.kill()
    ended = Process("fieldops.plugin.probe", ["good", "1", "100"])
    with pytest.raises(ProcessGone):
        ended.receive(deadline=time.monotonic() + 20)
    with pytest.raises(ProcessGone):
        ended.send(b"x", deadline=time.monotonic() + 20)
    ended.kill()
