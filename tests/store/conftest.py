"""Databases and every certified blob store, opened as the server opens them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests import servers
from tests.store import stores
from tests.store.proxy import Rule, proxy

from fieldops.store import schema
from fieldops.store.blobs import BlobStore
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.engine import Store, open_store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A new database of either kind, with its tables; PostgreSQL with one transaction at a time."""
    opened = open_store(database_url, lanes=1)
    schema.prepare(opened)
    yield opened
    opened.close()


@pytest.fixture(params=stores.KINDS)
def make_blobs(request: pytest.FixtureRequest, tmp_path: Path) -> stores.Open:
    """Opens the same store again and again, as several processes would."""
    more = {"prefix": "/house/"} if request.param == "seaweed" else {}
    return stores.opener(request.param, request, tmp_path, **more)


@pytest.fixture
def blobs(make_blobs: stores.Open) -> BlobStore:
    """One of every kind."""
    return make_blobs()


@pytest.fixture(params=stores.S3_KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The name of an S3 server."""
    return str(request.param)


@pytest.fixture
def bucket(kind: str, request: pytest.FixtureRequest) -> S3Blobs:
    """The store in an empty bucket of that server."""
    server = stores.server_of(kind, request)
    return stores.open_bucket(server, stores.bucket_of(kind, request))


Behind = Callable[..., S3Blobs]


@pytest.fixture
def behind(s3_server: servers.Note, s3_bucket: str) -> Iterator[Behind]:
    """Opens the store of SeaweedFS behind a proxy with the given rule."""
    with ExitStack() as running:

        def make(rule: Rule, **more: object) -> S3Blobs:
            endpoint = running.enter_context(proxy(s3_server["endpoint"], rule))
            note = dict(s3_server) | {"endpoint": endpoint}
            return stores.open_bucket(note, s3_bucket, **({"timeout_s": 5, "tries": 3} | more))

        yield make


@pytest.fixture
def plain(s3_server: servers.Note, s3_bucket: str) -> S3Blobs:
    """The same bucket without a proxy before it."""
    return stores.open_bucket(s3_server, s3_bucket)
