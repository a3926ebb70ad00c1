"""A plugin in a jailed process of its own: asked over pipes, killed at its budget, started again.

Whatever the plugin does (loop, crash, eat memory, print, send garbage), the caller gets a value.
"""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import msgspec
import structlog

from fieldops.model.plugin import PluginCard, PluginFault, Raw
from fieldops.plugin import messages, results
from fieldops.plugin.bounds import Bounds
from fieldops.plugin.lending import Folder, GetPhoto, Lent, no_photo
from fieldops.plugin.shown import SHOWN, Shown
from fieldops.process import Process, ProcessGone, ProcessLate

_logger = structlog.get_logger(__name__)


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
        self._shown = Shown()
        self._photos: Folder | None = None

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
            deadline = time.monotonic() + self._bounds.seconds(hook)
            self._show(running, arguments, deadline)
            running.send(messages.encode(_ask(hook, arguments)), deadline)
            return self._answer(running, hook, deadline)
        except ProcessLate:
            return self._lost("timeout", hook, f"{self._bounds.seconds(hook):g} s")
        except ProcessGone as gone:
            return self._lost("crashed", hook, str(gone))
        except msgspec.MsgspecError:
            return self._lost("crashed", hook, "it sends garbage")

    def close(self) -> None:
        """End the process, if there is one, and remove what it was lent."""
        self._end()
        if self._photos is not None:
            self._photos.close()
        self._photos = None

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
        self._process = None
        self._shown = Shown()

    def _start(self) -> Process | PluginFault:
        bounds = self._bounds
        self._photos = self._photos or Folder()
        given = (self.card.name, os.getpid(), bounds.memory_mb, self._photos.path)
        self._process = Process("fieldops.plugin.child", list(map(str, given)))
        deadline = time.monotonic() + bounds.start_s
        order = messages.Open(self.card.name, self._settings)
        self._process.send(messages.encode(order), deadline)
        answer = messages.read_answer(self._process.receive(deadline))
        if isinstance(answer, messages.Failed):
            self._end()
            return answer.faults[0]
        return self._process

    def _show(self, running: Process, arguments: Mapping[str, Any], deadline: float) -> None:
        """Send what the hook is about, as far as the process has not seen it."""
        news = self._shown.news(arguments)
        if news is not None:
            running.send(messages.encode(news), deadline)

    def _answer(self, running: Process, hook: str, deadline: float) -> Any | PluginFault:
        """What a hook returned; photos that it opens meanwhile are not charged to its time."""
        with ExitStack() as lent:
            while True:
                answer = messages.read_answer(running.receive(deadline))
                if isinstance(answer, messages.Want):
                    before = time.monotonic()
                    path = lent.enter_context(self._lend(answer.sha256)).path
                    deadline += time.monotonic() - before
                    running.send(messages.encode(messages.Here(path)), deadline)
                elif isinstance(answer, messages.Reply):
                    return _typed(hook, answer.value)
                elif isinstance(answer, messages.Failed):
                    return self._failed(answer.faults[0])
                else:
                    raise ProcessGone("it sends garbage")

    def _lend(self, sha256: str) -> Lent:
        assert self._photos is not None, "a process that asks was started"
        return Lent(self._get_photo, sha256, self._photos.path)

    def _failed(self, fault: PluginFault) -> PluginFault:
        """After memory ran out nothing in that process is to be trusted."""
        if fault.code == "out-of-memory":
            self._end()
        return fault

    def _lost(self, code: str, hook: str, detail: str) -> PluginFault:
        _logger.warning("plugin killed", plugin=self.card.name, hook=hook, code=code, detail=detail)
        self._end()
        card = self.card
        return PluginFault(
            plugin=card.name, code=code, hook=hook, detail=detail, version=card.version
        )


def _ask(hook: str, arguments: Mapping[str, Any]) -> messages.Ask:
    sent = {
        name: msgspec.Raw(messages.encode(value))
        for name, value in arguments.items()
        if name not in SHOWN and not callable(value)
    }
    return messages.Ask(hook, sent)


def _typed(hook: str, value: msgspec.Raw) -> Any:
    """The child checked its result; it is checked again here, since the child is not trusted."""
    plain = msgspec.json.decode(value, type=results.hints(hook)["return"])
    return results.check(hook, plain)
