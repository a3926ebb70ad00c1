"""A server by SFTP: with a key, and only if the server shows the host key of the settings.

A file is sent under a hidden name that ends in ``.part``, fsynced where the server knows how, and
put into place by ``posix-rename@openssh.com``, which replaces what is there in one step.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from fieldops.destinations import Destination
from fieldops.export.deliver.interface import CHUNK_BYTES, MANIFEST, PART, DeliveryError, File
from fieldops.export.deliver.secretfiles import read_secret

if TYPE_CHECKING:
    import asyncssh

T = TypeVar("T")
_LEAST_BYTES_S = 64 * 1024
"""A server that takes bytes slower than this is as good as down."""


class SftpShelf:
    """A ``Shelf`` on a server; it connects when it is first used."""

    def __init__(self, given: Destination) -> None:
        self._given = given
        self._root = PurePosixPath(given.path)
        self._runner = asyncio.Runner()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._opened: asyncssh.SFTPClient | None = None

    def begin(self, run: str) -> None:
        self._do(self._begin(run))

    def put(self, name: str, source: Path, file: File) -> None:
        patience_s = self._given.timeout_s + file.size_bytes // _LEAST_BYTES_S
        self._do(self._put(self._root / name, source), patience_s)

    def read(self, name: str) -> Iterator[bytes]:
        place = str(self._root / name)
        opened: Any = self._do(self._open(place))
        try:
            while piece := self._do(opened.read(CHUNK_BYTES)):
                yield piece
        finally:
            self._do(opened.close())

    def remove(self, run: str) -> None:
        self._do(self._remove(self._root / run))

    def close(self) -> None:
        self._abort()
        self._runner.close()

    def _abort(self) -> None:
        if self._connection is not None:
            self._connection.abort()
        self._connection = self._opened = None

    async def _begin(self, run: str) -> None:
        sftp = await self._rooted()
        await sftp.makedirs(str(self._root / run), exist_ok=True)
        pattern = str(self._root / run / "**" / f".*{PART}")
        for part in await sftp.glob(pattern, error_handler=_nothing):
            await sftp.remove(part)

    async def _put(self, place: PurePosixPath, source: Path) -> None:
        import asyncssh

        sftp = await self._sftp()
        part = str(place.with_name(f".{place.name}.{secrets.token_hex(8)}{PART}"))
        await sftp.makedirs(str(place.parent), exist_ok=True)
        await sftp.put(str(source), part)
        # Some servers cannot: then what was sent is as safe as they keep it.
        with contextlib.suppress(asyncssh.SFTPOpUnsupported):
            async with sftp.open(part, "r+b") as written:
                await written.fsync()
        await sftp.posix_rename(part, str(place))

    async def _open(self, place: str) -> Any:
        return await (await self._sftp()).open(place, "rb")

    async def _remove(self, run: PurePosixPath) -> None:
        import asyncssh

        sftp = await self._rooted()
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            await sftp.remove(str(run / MANIFEST))
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            await sftp.rmtree(str(run))

    async def _rooted(self) -> "asyncssh.SFTPClient":
        """Connected, and the folder is there: what is not mounted there for now is not gone."""
        sftp = await self._sftp()
        if not await sftp.isdir(str(self._root)):
            raise DeliveryError(f"{self._root} is no folder there")
        return sftp

    async def _sftp(self) -> "asyncssh.SFTPClient":
        import asyncssh

        if self._opened is None:
            given = self._given
            self._connection = await asyncssh.connect(
                given.host,
                given.port,
                username=given.user,
                client_keys=[asyncssh.import_private_key(read_secret(given.key_file))],
                known_hosts=([_host_key(given)], [], []),
                agent_path=None,
                config=None,
                preferred_auth="publickey",
                connect_timeout=given.timeout_s,
                login_timeout=given.timeout_s,
                keepalive_interval=given.timeout_s,
                keepalive_count_max=1,
            )
            self._opened = await self._connection.start_sftp_client()
        return self._opened

    def _do(self, wanted: Awaitable[T], patience_s: float = 0) -> T:
        """Run it to its end within so many seconds (0: ``timeout_s``); what fails, in words."""
        import asyncssh

        async def run() -> T:
            task = asyncio.ensure_future(wanted)
            done, _ = await asyncio.wait({task}, timeout=patience_s or self._given.timeout_s)
            if not done:
                # Before it is cancelled: to end in order it would wait for the same silent server.
                self._abort()
                task.cancel()
                raise TimeoutError
            return task.result()

        try:
            return self._runner.run(run())
        except asyncssh.SFTPNoSuchFile as error:
            raise FileNotFoundError(error.reason) from error
        except asyncssh.HostKeyNotVerifiable as error:
            raise DeliveryError("the server shows another host key than host_key says") from error
        except asyncssh.PermissionDenied as error:
            raise DeliveryError("the server does not take user and key") from error
        except asyncssh.KeyImportError as error:
            raise DeliveryError(f"key_file or host_key cannot be read: {error}") from error
        except asyncssh.SFTPError as error:
            raise DeliveryError(f"the server says: {error.reason}") from error
        except TimeoutError as error:
            raise DeliveryError("no answer in time") from error
        except (asyncssh.Error, OSError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise DeliveryError(f"no answer ({why})") from error


def _nothing(_error: Exception) -> None:
    """That nothing is left half done is no fault."""


def _host_key(given: Destination) -> "asyncssh.SSHKey":
    import asyncssh

    return asyncssh.import_public_key(given.host_key)
