"""A plugin in a process of its own: asked over pipes, watched, killed at its budget, started again.

Whatever the plugin does (loop, crash, eat memory, print, send garbage), the caller gets a value.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, BinaryIO

import msgspec
import structlog
from msgspec import Struct

from fieldops.model.plugin import PluginCard, PluginFault, Raw
from fieldops.plugin import messages, results
from fieldops.process import Process, ProcessGone, ProcessLate

_logger = structlog.get_logger(__name__)
_SHOWN = ("inspection", "checklist")

GetPhoto = Callable[[str], BinaryIO]
"""The stored bytes of a photo by SHA-256; raises ``OSError`` if they cannot be had."""


class Bounds(Struct, frozen=True):
    """What one plugin is granted: seconds a hook, seconds to start, MB of address space."""

    budget_s: float = 10
    start_s: float = 30
    memory_mb: int = 512


def no_photo(sha256: str) -> BinaryIO:
    """For plugins that are asked about no photos."""
    raise OSError(f"the photo {sha256} cannot be had")


class Isolated:
    """One plugin's process; it starts with the first call and after every kill."""

    def __init__(
        self,
        card: PluginCard,
        settings: Raw | None = None,
        bounds: Bounds = Bounds(),  # noqa: B008 - frozen
        get_photo: GetPhoto = no_photo,
    ) -> None:
        self.card = card
        self._settings = settings or {}
        self._bounds = bounds
        self._get_photo = get_photo
        self._process: Process | None = None
        self._shown: dict[str, object] = {}

    @property
    def pid(self) -> int | None:
        """The id of the process, while there is one."""
        return None if self._process is None else self._process.pid

    def call(self, hook: str, arguments: Mapping[str, Any]) -> Any | PluginFault:
        """Call one hook; the checked result, or the fault.  Never raises for what a plugin does."""
        try:
            running = self._process or self._start()
            if isinstance(running, PluginFault):
                return running
            deadline = time.monotonic() + self._bounds.budget_s
            self._show(running, arguments, deadline)
            running.send(messages.encode(_ask(hook, arguments)), deadline)
            return self._answer(running, hook, deadline)
        except ProcessLate:
            return self._lost("timeout", hook, f"{self._bounds.budget_s:g} s")
        except ProcessGone as gone:
            return self._lost("crashed", hook, str(gone))
        except msgspec.MsgspecError:
            return self._lost("crashed", hook, "it sends garbage")

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
        self._process = None
        self._shown = {}

    def _start(self) -> Process | PluginFault:
        bounds = self._bounds
        arguments = [str(os.getpid()), str(bounds.memory_mb)]
        self._process = Process("fieldops.plugin.child", arguments)
        deadline = time.monotonic() + bounds.start_s
        order = messages.Open(self.card.name, self._settings)
        self._process.send(messages.encode(order), deadline)
        answer = messages.read_answer(self._process.receive(deadline))
        if isinstance(answer, messages.Failed):
            self.close()
            return answer.faults[0]
        return self._process

    def _show(self, running: Process, arguments: Mapping[str, Any], deadline: float) -> None:
        """Send the inspection and the checklist, unless these very ones were sent last."""
        new = {
            name: arguments[name]
            for name in _SHOWN
            if name in arguments and self._shown.get(name) is not arguments[name]
        }
        if new:
            running.send(messages.encode(messages.Show(**new)), deadline)
            self._shown |= new

    def _answer(self, running: Process, hook: str, deadline: float) -> Any | PluginFault:
        """What a hook returned; photos that it opens meanwhile are not charged to its time."""
        with ExitStack() as lent:
            while True:
                answer = messages.read_answer(running.receive(deadline))
                if isinstance(answer, messages.Want):
                    before = time.monotonic()
                    path = lent.enter_context(_Lent(self._get_photo, answer.sha256)).path
                    deadline += time.monotonic() - before
                    running.send(messages.encode(messages.Here(path)), deadline)
                elif isinstance(answer, messages.Reply):
                    return _typed(hook, answer.value)
                elif isinstance(answer, messages.Failed):
                    return self._failed(answer.faults[0])
                else:
                    raise ProcessGone("it sends garbage")

    def _failed(self, fault: PluginFault) -> PluginFault:
        """After memory ran out nothing in that process is to be trusted."""
        if fault.code == "out-of-memory":
            self.close()
        return fault

    def _lost(self, code: str, hook: str, detail: str) -> PluginFault:
        _logger.warning("plugin killed", plugin=self.card.name, hook=hook, code=code, detail=detail)
        self.close()
        card = self.card
        return PluginFault(
            plugin=card.name, code=code, hook=hook, detail=detail, version=card.version
        )


class _Lent:
    """A photo in a file of its own while the hook runs; no path where it is not to be had."""

    def __init__(self, get_photo: GetPhoto, sha256: str) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="fieldops-photo-")  # noqa: SIM115
        try:
            with get_photo(sha256) as source:
                shutil.copyfileobj(source, self._file)
            self._file.flush()
            self.path = self._file.name
        except OSError:
            _logger.exception("photo cannot be lent", sha256=sha256)
            self.path = ""

    def __enter__(self) -> "_Lent":
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()


def _ask(hook: str, arguments: Mapping[str, Any]) -> messages.Ask:
    sent = {
        name: msgspec.Raw(messages.encode(value))
        for name, value in arguments.items()
        if name not in _SHOWN and not callable(value)
    }
    return messages.Ask(hook, sent)


def _typed(hook: str, value: msgspec.Raw) -> Any:
    """The child checked its result; it is checked again here, since the child is not trusted."""
    plain = msgspec.json.decode(value, type=results.hints(hook)["return"])
    return results.check(hook, plain)
