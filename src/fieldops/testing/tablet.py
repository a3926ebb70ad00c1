"""A simulated tablet: it speaks the sync protocol to the server's own handlers, without sockets."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import msgspec

from fieldops.flow import setup
from fieldops.testing.company import Company
from fieldops_sync.ids import uuid7
from fieldops_sync.keys import SYNC_AUDIENCE, DeviceKey, sign_proof
from fieldops_sync.wire import Receipt

_BOOT = "boot-1"


class Tablet:
    """An enrolled tablet: it numbers its ops, pushes them and sends the bytes of photos."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._key, self._incarnation, self._seq = DeviceKey.generate(), uuid4(), 0
        self.receipts: list[Receipt] = []
        people = [company.inspector]
        code = company.do(
            lambda s: setup.enrol_code(s, "tablet", people, setup.SYSTEM, company.clock())
        )
        asked = {
            "code": code,
            "public_key": self._key.public_jwk,
            "incarnation": str(self._incarnation),
        }
        answer = self._send("enrol", asked)
        self.device, self._token = UUID(answer["device"]), answer["token"]["access_token"]

    def op(self, type_: str, kind: str, subject: UUID, payload: Any, **members: Any) -> Any:
        """The tablet's next op, recorded now."""
        self._seq += 1
        op = {
            "id": uuid7(),
            "type": type_,
            "seq": self._seq,
            "subject": {"kind": kind, "id": subject},
            "site": self._company.site,
            "actor": self._company.inspector,
            "at": self.now(),
            "payload": payload,
        }
        return {**op, **members}

    def push(self, ops: Sequence[Any]) -> list[Receipt]:
        """Push ops, in as many batches as the server takes; the receipts, one an op."""
        most = self._company.core.limits.batch_ops
        for start in range(0, len(ops), most):
            body = {"incarnation": self._incarnation, "ops": ops[start : start + most]}
            answer = self._send("push", {**body, "now": self.now()}, authorised=True)
            self.receipts += msgspec.convert(answer["receipts"], list[Receipt])
        return self.receipts[len(self.receipts) - len(ops) :]

    def upload(self, content: bytes) -> None:
        """Send the bytes of a photo in one part (tus 1.0.0, creation-with-upload)."""
        digest = b64encode(sha256(content).hexdigest().encode()).decode()
        headers = {
            "tus-resumable": "1.0.0",
            "upload-length": str(len(content)),
            "upload-metadata": f"sha256 {digest},filetype {b64encode(b'image/jpeg').decode()}",
            "content-type": "application/offset+octet-stream",
            "authorization": f"Bearer {self._token}",
        }
        client = self._company.client
        self._answered(client.post("/sync/v1/uploads", content=content, headers=headers))

    def renew(self) -> None:
        """Get a new token by a proof of the device's key; one lasts for hours."""
        nonce = self._company.client.get("/sync/v1/hello").json()["nonce"]
        proof = sign_proof(self._key, SYNC_AUDIENCE, self.device, nonce)
        asked = {"device": str(self.device), "nonce": nonce, "signature": proof}
        self._token = self._send("token", asked)["access_token"]

    def now(self) -> dict[str, Any]:
        """The tablet's clock, as it claims it."""
        clock = self._company.clock
        return {"wall": clock.rfc3339, "mono": clock(), "boot": _BOOT}

    def _send(self, call: str, body: Any, authorised: bool = False) -> Any:
        headers = {"authorization": f"Bearer {self._token}"} if authorised else {}
        content = msgspec.json.encode(body)
        url = f"/sync/v1/{call}"
        answer = self._company.client.post(url, content=content, headers=headers)
        return self._answered(answer).json()

    @staticmethod
    def _answered(answer: Any) -> Any:
        assert answer.status_code < 400, answer.text
        return answer
