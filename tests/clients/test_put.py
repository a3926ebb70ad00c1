"""boto3 and plain curl send photos by a signed PUT, over a way to the bucket that breaks."""

import functools
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from tests import servers
from tests.clients.conftest import PHOTO_BYTES, House, camera, serving, sha256
from tests.clients.cutter import Cutter

Planned = dict[str, Any]
Put = Callable[[Planned, Path], int]
"""Sends a file as planned; the status, 0 where no answer came."""


@pytest.fixture
def store(s3_server: servers.Note) -> Iterator[Cutter]:
    """The bad way to the bucket."""
    with Cutter(f"http://{s3_server['endpoint']}") as made:
        yield made


@pytest.fixture
def direct(tmp_path: Path, bucket: dict[str, Any], store: Cutter) -> Iterator[House]:
    """A server process whose signed addresses lead over that way."""
    with serving(tmp_path, **bucket, public_url=store.url) as made:
        yield made


def by_curl(planned: Planned, file: Path) -> int:
    command = ["curl", "-sS", "-T", str(file), "-o", os.devnull, "-w", "%{http_code}"]
    command += [part for one in planned["headers"].items() for part in ("-H", ": ".join(one))]
    done = subprocess.run([*command, planned["url"]], capture_output=True, timeout=60)
    return int(done.stdout) if done.returncode == 0 else 0


@functools.cache
def boto3_client() -> Any:
    """Making one takes a second."""
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    return boto3.client(
        "s3", region_name="us-east-1", endpoint_url="http://bucket.invalid", config=config
    )


def by_boto3(planned: Planned, file: Path) -> int:
    """boto3's own ``put_object``; only the address and its signature are the planned ones."""
    client = boto3_client()

    def aim(request: Any, **_: object) -> None:
        request.url = planned["url"]

    client.meta.events.register("before-send.s3.PutObject", aim, unique_id="aim")
    checksum = planned["headers"]["x-amz-checksum-sha256"]
    try:
        with file.open("rb") as body:
            answer = client.put_object(
                Bucket="any", Key="any", Body=body, IfNoneMatch="*", ChecksumSHA256=checksum
            )
    except ClientError as refused:
        return int(refused.response["ResponseMetadata"]["HTTPStatusCode"])
    except BotoCoreError:
        return 0
    finally:
        client.meta.events.unregister("before-send.s3.PutObject", unique_id="aim")
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def plan(house: House, data: bytes) -> Planned:
    return dict(post(house, "media/plan", [{"sha256": sha256(data), "size": len(data)}]).json()[0])


def complete(house: House, data: bytes) -> httpx.Response:
    return post(house, f"media/{sha256(data)}/complete", {"size": len(data)})


def post(house: House, call: str, body: Any) -> httpx.Response:
    url = f"{house.url}/sync/v1/{call}"
    return httpx.post(url, json=body, headers=house.headers, trust_env=False, timeout=60)


@pytest.mark.parametrize("put", [by_curl, by_boto3])
def test_a_cut_put_is_made_again_and_wrong_bytes_are_refused(
    direct: House, store: Cutter, put: Put
) -> None:
    data = camera()
    planned, file = plan(direct, data), direct.photo(data)
    assert planned["way"] == "put"
    assert planned["url"].startswith(store.url)
    store.cut_at = PHOTO_BYTES // 2
    assert put(planned, file) == 0
    assert (store.cuts, complete(direct, data).status_code) == (1, 410)
    store.flip_at = PHOTO_BYTES // 2
    assert put(planned, file) == 400
    assert put(planned, direct.photo(camera())) == 400
    assert (complete(direct, data).status_code, direct.stored(data)) == (410, False)
    assert put(planned, file) == 200
    assert put(planned, file) == 412
    assert complete(direct, data).json()["state"] == "stored"
    assert direct.stored(data)
