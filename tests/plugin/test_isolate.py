"""A plugin in a process of its own: whatever it does, the caller gets a value and goes on."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import msgspec
import psutil
import pytest
from tests.plugin.packages import Packages
from tests.plugin.views import CHECKLIST, asking, inspection

from fieldops import process
from fieldops.model.inspection import PhotoView
from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.plugin import child, messages
from fieldops.plugin.bounds import Bounds
from fieldops.plugin.isolate import Isolated
from fieldops.plugin.lending import GetPhoto, no_photo
from fieldops.testing import photo

QUICK = Bounds(budget_s=2, start_s=30, memory_mb=400)
RAISE = "@hookimpl\ndef raise_findings(inspection):\n    "

Start = Callable[..., Isolated]


@pytest.fixture
def start(packages: Packages) -> Iterator[Start]:
    """Isolates a plugin of this code; all are closed after the test."""
    made: list[Isolated] = []

    def begin(code: str, bounds: Bounds = QUICK, get_photo: GetPhoto = no_photo) -> Isolated:
        name = packages.install("odd", code)
        card = PluginCard(name=name, version="1.0", api=1)
        made.append(Isolated(card, {}, bounds, get_photo))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def raise_in(plugin: Isolated, **more: Any) -> Any:
    return plugin.call("raise_findings", asking(**more))


def fault_in(plugin: Isolated) -> PluginFault:
    found = raise_in(plugin)
    assert isinstance(found, PluginFault), found
    return found


def test_good_plugin_answers_from_another_process(start: Start) -> None:
    plugin = start(
        """
import os
@hookimpl
def raise_findings(inspection, change, checklist):
    print("to nowhere that matters")
    titles = {"zh-CN": "脏", "en": checklist.key}
    yield FindingDraft(rule="dirty", titles=titles, evidence={"pid": str(os.getpid())})
"""
    )
    (draft,) = raise_in(plugin)
    assert draft.evidence["pid"] == str(plugin.pid) != str(os.getpid())
    assert draft.titles["en"] == "daily"


def test_process_is_kept_and_shown_each_inspection_once(start: Start) -> None:
    plugin = start(RAISE + "return [FindingDraft(rule=inspection.state, titles=T)]\nT = "
                   '{"zh-CN": "x", "en": "x"}')  # fmt: skip
    first, second = inspection(state="draft"), inspection(state="sealed")
    for walk in (first, first, second):
        (draft,) = raise_in(plugin, inspection=walk, checklist=CHECKLIST)
        assert draft.rule == walk.state
        pid = plugin.pid
    assert plugin.pid == pid


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("while True: pass", "timeout"),
        ("import os; os._exit(7)", "crashed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "timeout"),
        ("x = bytearray(10**10)", "out-of-memory"),
        ("raise ValueError", "raised"),
        ("return 3", "wrong-result"),
        ("import os; [os.write(n, b'garbage!' * 99) for n in range(3, 9) if _open(n)]", "crashed"),
    ],
)
def test_bad_plugin_gives_a_fault_and_answers_again_afterwards(
    start: Start, body: str, code: str
) -> None:
    plugin = start(
        f"""
import os
def _open(n):
    try:
        os.fstat(n)
    except OSError:
        return False
    return True

@hookimpl
def raise_findings(inspection):
    if inspection.state == "draft":
        return []
    {body}
"""
    )
    began = time.monotonic()
    fault = fault_in(plugin)
    assert (fault.plugin, fault.code, fault.hook) == ("odd", code, "raise_findings")
    assert time.monotonic() - began < 40
    assert raise_in(plugin, inspection=inspection(state="draft")) == ()


def test_crash_tells_how_the_process_ended(start: Start) -> None:
    assert fault_in(start(RAISE + "import os; os._exit(7)")).detail == "exit code 7"
    killing = RAISE + "import os; os.kill(os.getpid(), 9)"
    assert fault_in(start(killing)).detail == "signal 9"


def test_killed_process_takes_along_what_it_started(packages: Packages) -> None:
    """A jailed process starts none; where there is no jail, the session goes with it."""
    note = packages.folder / "pid"
    (packages.folder / "starter.py").write_text(
        "import subprocess, sys\n"
        "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(note)!r}, 'w').write(str(one.pid))\n"
        "while True: pass"
    )
    starter = process.Process("starter", [])
    while not (note.exists() and note.read_text()):
        time.sleep(0.02)
    starter.kill()
    assert is_gone(int(note.read_text()))


def is_gone(pid: int) -> bool:
    """Whether a process ends within five seconds; a zombie has ended."""
    for _ in range(250):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie":
            return True
        time.sleep(0.02)
    return False


def test_looping_plugin_does_not_outlive_a_killed_worker(packages: Packages) -> None:
    packages.install("odd", RAISE + "while True: pass")
    code = (
        "from tests.plugin.views import asking\n"
        "from fieldops.plugin.isolate import *\n"
        "from fieldops.model.plugin import PluginCard\n"
        "card = PluginCard(name='odd', version='1', api=1)\n"
        "Isolated(card, {}, Bounds(600)).call('raise_findings', asking())\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", code])
    while not (looping := psutil.Process(worker.pid).children()):
        assert worker.poll() is None
        time.sleep(0.02)
    while looping[0].cpu_percent(0.2) < 20:
        assert worker.poll() is None
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert is_gone(looping[0].pid)


def test_plugin_that_stops_loading_is_a_fault_at_each_call(start: Start) -> None:
    plugin = start("raise RuntimeError")
    assert fault_in(plugin).code == "import-failed"
    assert plugin.pid is None
    assert fault_in(plugin).code == "import-failed"


def test_plugin_that_loads_for_ever_is_killed(start: Start) -> None:
    assert fault_in(start("while True: pass", Bounds(1, start_s=1))).code == "timeout"


def test_server_secrets_are_not_handed_to_plugins(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDOPS_DATABASE_URL", "postgresql://secret")
    plugin = start(RAISE + "import os; assert not [k for k in os.environ if 'FIELDOPS' in k]")
    assert raise_in(plugin) == ()


LOOK = """
@hookimpl
def check_photo(photo, item, open_photo):
    with open_photo(photo) as source:
        return [PhotoNote(rule="size-" + str(len(source.read())), titles={"zh-CN": "x", "en": "x"})]
"""


def look_at(plugin: Isolated, one: PhotoView) -> Any:
    arguments = {"photo": one, "item": None, "open_photo": no_photo}
    return plugin.call("check_photo", arguments)


def test_plugin_opens_stored_photos_through_the_worker(start: Start) -> None:
    asked: list[str] = []

    def get_photo(digest: str) -> io.BytesIO:
        asked.append(digest)
        return io.BytesIO(b"x" * 300_000)

    plugin = start(LOOK, get_photo=get_photo)
    one = photo("floor")
    (note,) = look_at(plugin, one)
    assert (note.rule, asked) == ("size-300000", [one.sha256])


def test_photo_that_cannot_be_had_is_the_plugins_to_handle(start: Start) -> None:
    fault = look_at(start(LOOK), photo("floor"))
    assert fault.code == "raised"
    assert fault.detail.startswith("OSError")


def test_child_answers_orders_and_refuses_what_is_out_of_turn(packages: Packages) -> None:
    """The loop of the child, in process: what is killed cannot be counted by coverage."""
    packages.install("odd", LOOK + RAISE + "return []")
    one = photo("floor")
    path = packages.folder / "photo"
    path.write_bytes(b"four")
    orders: list[Any] = [
        messages.Open("odd", {}),
        messages.Show(inspection(), CHECKLIST),
        messages.Ask("raise_findings", {}),
        messages.Ask("check_photo", {"photo": raw(one), "item": raw(None)}),
        messages.Here(str(path)),
        messages.Ask("check_photo", {"photo": raw(one), "item": raw(None)}),
        messages.Here(""),
    ]
    sent: list[Any] = []
    server = child.Server(lambda: orders.pop(0) if orders else None, sent.append)
    server.run()
    ready, none, want, notes, _again, failed = sent
    assert ready.card.hooks == ("check_photo", "declare_plugin", "raise_findings")
    assert bytes(none.value) == b"[]"
    assert want.sha256 == one.sha256
    assert b"size-4" in bytes(notes.value)
    assert failed.faults[0].code == "raised"
    with pytest.raises(ValueError, match="not expected"):
        server.answer(messages.Here(""))
    refused: Any = child.Server(lambda: None, sent.append).answer(messages.Open("none", {}))
    assert refused.faults[0].code == "not-installed"


def raw(value: object) -> Any:
    return msgspec.Raw(messages.encode(value))


def test_frames_pass_a_pipe_and_end_with_it() -> None:
    near, far = os.pipe()
    digest = sha256(b"").digest()
    process.send_frame(far, digest)
    assert process.read_frame(near) == digest
    os.write(far, b"\x00\x00\x00\x09cut")
    os.close(far)
    assert process.read_frame(near) is None
    assert process.read_frame(near) is None
    os.close(near)
