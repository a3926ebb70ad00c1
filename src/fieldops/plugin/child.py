"""The jailed process of one plugin: ``fieldops.plugin.child NAME PARENT MEMORY_MB PHOTOS``.

PHOTOS is the folder of the photos that it may look at.  It reads orders from standard input and
answers them until the input ends.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from fieldops import limits, process
from fieldops.model.inspection import PhotoView
from fieldops.model.plugin import PluginFault
from fieldops.plugin import jail, messages, results
from fieldops.plugin.host import Host, load
from fieldops.plugin.shown import Seen

Send = Callable[[object], None]
Receive = Callable[[], Any]


class Server:
    """Answers orders; ``receive`` gives None when the worker is gone."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._host: Host | None = None
        self._seen = Seen()

    def run(self) -> None:
        """Answer until the input ends."""
        while (order := self._receive()) is not None:
            answer = self.answer(order)
            if answer is not None:
                self._send(answer)

    def answer(self, order: object) -> object | None:
        """The answer to one order, or None where none is due."""
        if isinstance(order, messages.Open):
            return self._open(order)
        if isinstance(order, messages.Show):
            self._seen.take(order)
            return None
        if isinstance(order, messages.Ask) and self._host is not None:
            return self._ask(self._host, order)
        raise ValueError(f"{type(order).__name__} is not expected now")

    def _open(self, order: messages.Open) -> object:
        loaded = load(order.name, order.settings)
        if isinstance(loaded, Host):
            self._host = loaded
            return messages.Ready(loaded.card)
        return messages.Failed(loaded)

    def _ask(self, host: Host, order: messages.Ask) -> object:
        hints = results.hints(order.hook)
        arguments: dict[str, Any] = {
            "inspection": self._seen.inspection,
            "checklist": self._seen.checklist,
            "settings": host.settings,
            "open_photo": self._open_photo,
        }
        for name, raw in order.arguments.items():
            arguments[name] = msgspec.json.decode(raw, type=hints[name])
        done = host.call(order.hook, arguments)
        if isinstance(done, PluginFault):
            return messages.Failed((done,))
        return messages.Reply(msgspec.Raw(messages.encode(done)))

    def _open_photo(self, photo: PhotoView) -> BinaryIO:
        self._send(messages.Want(photo.sha256))
        found = self._receive()
        if not isinstance(found, messages.Here) or not found.path:
            raise OSError(f"the photo {photo.sha256} cannot be had")
        return open(found.path, "rb")


def main(arguments: list[str]) -> None:
    """Close the jail and serve."""
    name, parent, memory_mb, photos = arguments
    channel = limits.take_stdout()
    jail.close(name, int(parent), int(memory_mb), Path(photos))

    def receive() -> object | None:
        frame = process.read_frame(0)
        return None if frame is None else messages.read_order(frame)

    Server(receive, lambda answer: process.send_frame(channel, messages.encode(answer))).run()
    # Not by way of the interpreter's end, which would want to write files.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
