"""Real peers of deliveries: an SFTP server with a key of its own, a consumer of webhooks."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh


class SftpPeer:
    """An SFTP server on loopback that serves ``folder``, for one user with one key."""

    def __init__(self, folder: Path, keys: Path) -> None:
        self.folder = folder
        self.port = 0
        self._loop = asyncio.new_event_loop()
        own, theirs = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
        self.host_key = own.export_public_key().decode().strip()
        self.key_file = keys / "client.key"
        self.key_file.write_bytes(theirs.export_private_key())
        authorized = keys / "authorized"
        authorized.write_bytes(theirs.export_public_key())
        self._own, self._authorized = own, authorized
        self.is_silent = False

    def destination(self, name: str, **more: Any) -> dict[str, Any]:
        """The destination that it is."""
        return {
            "name": name,
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": self.port,
            "user": "fieldops",
            "path": "/inbox",
            "key_file": str(self.key_file),
            "host_key": self.host_key,
            "formats": ["jsonl"],
            "timeout_s": 20,
            **more,
        }

    async def serve(self, ready: threading.Event) -> None:
        peer = self

        class Server(asyncssh.SFTPServer):
            def __init__(self, channel: Any) -> None:
                super().__init__(channel, chroot=str(peer.folder).encode())

            async def write(self, file_obj: object, offset: int, data: bytes) -> int:
                while peer.is_silent:
                    await asyncio.sleep(0.05)
                written = super().write(file_obj, offset, data)
                assert isinstance(written, int)
                return written

        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self._own],
            authorized_client_keys=str(self._authorized),
            sftp_factory=Server,
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._over.wait()
        server.close()

    def run(self, ready: threading.Event) -> None:
        self._over = asyncio.Event()
        self._loop.run_until_complete(self.serve(ready))
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)


@contextlib.contextmanager
def sftp_peer(tmp_path: Path) -> Iterator[SftpPeer]:
    """An SFTP server that is up for the length of a block; ``inbox`` is there."""
    folder, keys = tmp_path / "sftp", tmp_path / "keys"
    (folder / "inbox").mkdir(parents=True)
    keys.mkdir()
    peer = SftpPeer(folder, keys)
    ready = threading.Event()
    thread = threading.Thread(target=peer.run, args=(ready,), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield peer
    finally:
        peer.stop()
        thread.join(10)
