"""tuspy as it comes from PyPI, over a way that breaks."""

from typing import Any

import pytest
import requests
from tests.clients.conftest import PHOTO_BYTES, House, camera, sha256
from tests.clients.cutter import Cutter
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

CHUNK_BYTES = 2_000_000


def uploader(house: House, way: Cutter, data: bytes, announced: str = "", **more: Any) -> Any:
    client = TusClient(f"{way.url}/sync/v1/uploads", headers=house.headers)
    metadata = {"sha256": announced or sha256(data), "filetype": "image/jpeg"}
    path = str(house.photo(data))
    return client.uploader(path, chunk_size=CHUNK_BYTES, metadata=metadata, **more)


@pytest.mark.parametrize("cut_at", [1, 4096, CHUNK_BYTES, CHUNK_BYTES + 1, PHOTO_BYTES])
def test_a_cut_upload_is_gone_on_with(house: House, way: Cutter, cut_at: int) -> None:
    data = camera()
    way.cut_at = cut_at
    sender = uploader(house, way, data)
    with pytest.raises((TusCommunicationError, requests.ConnectionError)):
        sender.upload()
    resumed = uploader(house, way, data, url=sender.url)
    # A reset takes along what lay in the buffers of the two machines, never what was acknowledged.
    assert (cut_at - 1) // CHUNK_BYTES * CHUNK_BYTES <= resumed.offset <= cut_at
    resumed.upload()
    assert house.stored(data)
    assert house.state(data) == "stored"
    assert way.body_bytes <= PHOTO_BYTES + CHUNK_BYTES


def test_other_bytes_than_announced_are_refused(house: House, way: Cutter) -> None:
    data, other = camera(), camera()
    with pytest.raises(TusCommunicationError) as refused:
        uploader(house, way, data, sha256(other)).upload()
    assert refused.value.status_code == 460
    assert house.state(other) == "bad"
    assert not house.stored(other)


def test_a_byte_flipped_on_the_way_is_refused(house: House, way: Cutter) -> None:
    data = camera()
    way.flip_at = CHUNK_BYTES
    with pytest.raises(TusCommunicationError) as refused:
        uploader(house, way, data).upload()
    assert refused.value.status_code == 460
    assert (house.state(data), house.stored(data)) == ("bad", False)


def test_a_flipped_byte_of_a_part_with_its_hash_costs_that_part(house: House, way: Cutter) -> None:
    data = camera()
    way.flip_at = CHUNK_BYTES
    sender = uploader(house, way, data, upload_checksum=True)
    with pytest.raises(TusCommunicationError) as refused:
        sender.upload()
    assert refused.value.status_code == 460
    resumed = uploader(house, way, data, url=sender.url, upload_checksum=True)
    assert resumed.offset == CHUNK_BYTES
    resumed.upload()
    assert house.stored(data)
