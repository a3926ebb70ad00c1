"""Destinations that come for the files themselves: they stay here, in the run's drawer.

A ``webhook`` is told that a run is ready, with a link to each file that opens for some hours; a
``pull`` is told nothing.  What can be read back is what will be fetched.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urljoin

import msgspec
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from fieldops.destinations import Destination
from fieldops.export import keeping
from fieldops.export.deliver.interface import (
    Beat,
    DeliveryError,
    Differs,
    File,
    Parcel,
)
from fieldops.export.deliver.secretfiles import read_secret
from fieldops.export.parcel import Broken
from fieldops.flow import exportlinks
from fieldops.flow.callout import post
from fieldops.flow.exportlinks import ExportLink
from fieldops.flow.timing import rfc3339
from fieldops.settings import Settings

READY = "export.ready"
"""The type of the webhook; its ``data`` names the run, its manifest and its files."""
_S = 3600


class Waiting:
    """A ``Carrier`` whose files wait to be fetched."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def deliver(self, parcel: Parcel, beat: Beat) -> None:
        """They are where they are fetched from."""

    def verify(self, parcel: Parcel, beat: Beat) -> None:
        for file in parcel.everything:
            try:
                keeping.verify(self._settings, parcel.id, file, beat)
            except Broken as broken:
                raise Differs(f"{parcel.name}/{file.path}: {broken}") from broken

    def find_ack(self, run: str) -> str:
        """It comes by the API alone."""
        del run
        return ""

    def remove(self, run: str) -> None:
        """They go with the run's drawer."""

    def close(self) -> None:
        """Nothing is open."""


class Announcing(Waiting):
    """A ``Carrier`` that tells a webhook where the files are."""

    def __init__(
        self,
        settings: Settings,
        given: Destination,
        secret: bytes,
        clock_ms: Callable[[], int],
    ) -> None:
        super().__init__(settings)
        self._given, self._secret = given, secret
        self._clock_ms = clock_ms

    def deliver(self, parcel: Parcel, beat: Beat) -> None:
        """Tell it; the same run has the same webhook id, however often it is told."""
        if not self._settings.public_url:
            raise DeliveryError("a webhook needs public_url: where the files are fetched from")
        now_ms = self._clock_ms()
        body = msgspec.json.encode(self._event(parcel, now_ms), order="sorted").decode()
        headers = self._headers(parcel, body, now_ms)
        answer = post(self._given.url, headers, body.encode(), self._settings.webhooks)
        if not 200 <= answer.status < 300:
            raise DeliveryError(answer.why or f"answered {answer.status}")
        beat(sum(file.size_bytes for file in parcel.everything))

    def _headers(self, parcel: Parcel, body: str, now_ms: int) -> dict[str, str]:
        try:
            signer = Signer(read_secret(self._given.secret_file))
        except (ValueError, EmptyWebhookSecretError) as error:
            raise DeliveryError(f"{self._given.secret_file} holds no webhook secret") from error
        stamp = datetime.fromtimestamp(now_ms // 1000, UTC)
        return {
            "Content-Type": "application/json",
            "User-Agent": "fieldops-webhooks/1",
            "webhook-id": str(parcel.id),
            "webhook-timestamp": str(now_ms // 1000),
            "webhook-signature": signer.sign(str(parcel.id), stamp, body),
        }

    def _event(self, parcel: Parcel, now_ms: int) -> dict[str, object]:
        expires_s = now_ms // 1000 + self._given.link_hours * _S
        return {
            "type": READY,
            "timestamp": rfc3339(now_ms),
            "data": {
                "id": parcel.id,
                "run": parcel.name,
                "destination": self._given.name,
                "manifest_sha256": parcel.manifest.sha256,
                "expires": rfc3339(expires_s * 1000),
                "ack": self._url(f"/api/v1/exports/{parcel.id}/ack"),
                "files": [
                    {
                        "path": file.path,
                        "sha256": file.sha256,
                        "bytes": file.size_bytes,
                        "url": self._url(self._link(parcel, file, expires_s)),
                    }
                    for file in parcel.everything
                ],
            },
        }

    def _link(self, parcel: Parcel, file: File, expires_s: int) -> str:
        link = ExportLink(parcel.id, file.path, expires_s)
        return exportlinks.address(self._secret, link)

    def _url(self, path: str) -> str:
        return urljoin(self._settings.public_url, path)
