"""Drawers: rooms in the photo store for files that the company's own processes make.

    <photo store>/made/<drawer>/…      a blob store of its own, by SHA-256

What belongs together (a run of the export, a report) lies in one drawer, which goes as a whole.
Every process that reaches the photo store reaches them.  Collection, scrubbing, retention, object
locks and backups of photos do not look here: what lies in a drawer can be made again.
"""

import re
import shutil
from collections.abc import Iterator
from xml.etree import ElementTree

from fieldops.settings import Settings
from fieldops.store.blobs import BlobStore, BlobStoreDown, open_blobs

_ROOM = "made"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def open_drawer(settings: Settings, name: str) -> BlobStore:
    """The drawer of this name, empty where nobody has put anything into it.

    Raises ``ValueError`` for a name that could lead elsewhere, ``BlobStoreDown``.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no name of a drawer")
    if settings.blobs.kind == "disk":
        changed: dict[str, object] = {"folder": settings.blob_folder / _ROOM / name}
    else:
        changed = {"prefix": _root(settings) + name, "lock_days": 0}
    given = settings.blobs.model_copy(update=changed)
    return open_blobs(settings.model_copy(update={"blobs": given}))


def drawer_names(settings: Settings) -> Iterator[str]:
    """The names of all drawers in which something lies.  Raises ``BlobStoreDown``."""
    if settings.blobs.kind == "s3":
        yield from _prefixes(settings)
        return
    room = settings.blob_folder / _ROOM
    try:
        found = sorted(one.name for one in room.iterdir() if one.is_dir()) if room.exists() else []
    except OSError as error:
        raise BlobStoreDown(f"cannot list: {error}") from error
    yield from (name for name in found if _NAME.fullmatch(name))


def remove_drawer(settings: Settings, name: str) -> None:
    """Remove a drawer with all that lies in it; it is fine if there is none.

    Raises ``BlobKept`` where the bucket keeps something, ``BlobStoreDown``.
    """
    place = open_drawer(settings, name)
    if settings.blobs.kind == "disk":
        try:
            shutil.rmtree(settings.blob_folder / _ROOM / name)
        except OSError as error:
            raise BlobStoreDown(f"cannot delete: {error}") from error
        return
    for one in place.list():
        place.delete(one.sha256)
    place.sweep(0)


def _root(settings: Settings) -> str:
    return f"{settings.blobs.prefix.strip('/')}/{_ROOM}/".lstrip("/")


def _prefixes(settings: Settings) -> Iterator[str]:
    """What follows ``made/`` in the bucket, up to the next slash; a request each."""
    # The S3 client is loaded only where there is a bucket (see ``open_blobs``).
    from fieldops.store.blobs.s3http import Wire, errors, pool, texts
    from fieldops.store.blobs.signature import Credentials

    given, root = settings.blobs, _root(settings)
    secret = given.secret_key.get_secret_value()
    keys = Credentials(given.access_key.get_secret_value(), secret, given.region)
    base = f"{'https' if given.secure else 'http'}://{given.endpoint}"
    wire = Wire(base, given.bucket, keys, pool(given.timeout_s, given.tries))
    after = ""
    while True:
        # Some servers still show a folder of which everything was removed: a key is asked for.
        query = {"list-type": "2", "prefix": root, "max-keys": "1", "start-after": after}
        with errors("the drawers"):
            found = ElementTree.fromstring(wire.send("GET", query=query).data)
        first = texts(found, "Key")
        if not first:
            return
        name = first[0].removeprefix(root).partition("/")[0]
        if _NAME.fullmatch(name):
            yield name
        # "0" follows upon "/": behind everything in this drawer.
        after = f"{root}{name}0"
