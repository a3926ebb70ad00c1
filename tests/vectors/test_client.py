"""The answers of the vectors, shown to the reference client: what it does with each."""

import json
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest
from tests.factories import Server
from tests.sync.factories import enrolled_outbox
from tests.sync.fake import FakeServer, times
from tests.vectors.load import Case, cases
from tests.vectors.play import Stage

from fieldops_sync.client import Client
from fieldops_sync.outbox import Outbox
from fieldops_sync.transport import RETRY_AFTER_MAX_S, DeviceRevoked, ServerProblem
from fieldops_sync.wire import PushAnswer, Subject

SETTLES = [case for case in cases() if "client" in case.data]
REACTS = [case for case in cases() if "reaction" in case.data]


def answered(server: Server, case: Case) -> tuple[httpx.Response, dict[str, bytes]]:
    """What the server really said, and the ops by name."""
    found: list[httpx.Response] = []
    stage = Stage(server, case)
    stage.play(found.append)
    return found[0], stage.sent


def take(outbox: Outbox, raw: bytes) -> UUID | None:
    """Record an op in an outbox as the tablet that wrote it did; None for bytes that are no op."""
    op = json.loads(raw)
    if "payload" not in op:
        return None
    subject = msgspec.convert(op["subject"], Subject)
    return outbox.record(
        op["type"], subject, UUID(op["site"]), op["payload"], op_id=UUID(op["id"]), base=[]
    )


@pytest.mark.parametrize("case", SETTLES, ids=lambda case: case.name)
def test_only_custody_lets_a_client_forget(case: Case, stage_server: Server, tmp_path: Path):
    answer, sent = answered(stage_server, case)
    with enrolled_outbox(tmp_path) as outbox:
        ids = {name: take(outbox, sent[name]) for name in case.data["client"]}
        outbox.next_batch()
        outbox.settle_push(msgspec.json.decode(answer.content, type=PushAnswer))
        states = {op.id: op.state for op in outbox.ops()}
    assert {name: op_id and states.get(op_id) for name, op_id in ids.items()} == case.data["client"]


def repeat(problem: httpx.Response) -> httpx.Response:
    """The same answer once more."""
    wanted = {name: problem.headers.get(name, "0") for name in ("content-type", "retry-after")}
    return httpx.Response(problem.status_code, content=problem.content, headers=wanted)


def reactions(tmp_path: Path, problem: httpx.Response) -> tuple[str, FakeServer, Outbox]:
    """What a client with four ops does when its first push is answered so."""
    server, pauses = FakeServer(), list[float]()
    outbox = enrolled_outbox(tmp_path)
    for number in range(4):
        outbox.record(
            "feedback.record@1", Subject("feedback", UUID(int=number)), UUID(int=9), {"text": "x"}
        )
    server.jwk = outbox.key.public_jwk
    incarnation = outbox.incarnation
    wait_s = min(RETRY_AFTER_MAX_S, float(problem.headers.get("retry-after", "0")))
    server.troubles.append(times(1, "push", lambda: repeat(problem)))
    with Client(outbox, "http://server", server, sleep=pauses.append) as client:
        try:
            client.push()
        except DeviceRevoked:
            return "revoked", server, outbox
        except ServerProblem:
            return "stop", server, outbox
    if outbox.incarnation != incarnation:
        return "fork", server, outbox
    if len(server.pushes) > 1 or len(server.pushes[0]) < 4:
        return "split", server, outbox
    if server.calls.count(("POST", "token")) > 1:
        return "token", server, outbox
    return ("wait" if sum(pauses) >= wait_s > 0 else "none"), server, outbox


@pytest.mark.parametrize("case", REACTS, ids=lambda case: case.name)
def test_the_client_reacts_as_the_vector_says(case: Case, stage_server: Server, tmp_path: Path):
    answer, _ = answered(stage_server, case)
    reaction, server, outbox = reactions(tmp_path, answer)
    with outbox:
        assert reaction == case.data["reaction"]
        states = {op.state for op in outbox.ops()}
        if reaction in ("revoked", "stop"):
            assert states <= {"pending", "sent"}, "nothing may be forgotten"
        else:
            assert states == {"kept"}
            assert len(server.ops) == 4
