"""Together the vectors cover the protocol: every status, reason, mark, limit and problem."""

from itertools import chain
from typing import Any, get_args

import msgspec
from tests.vectors.load import cases

from fieldops.model.problem import CATALOGUE
from fieldops_sync.optypes import OP_TYPES
from fieldops_sync.wire import Limits, Reason, Status

EXPECTED = [one for case in cases() for one in case.expectations]
ELSEWHERE = {
    # What needs a second connection or a full queue at the same instant.
    "upload-locked": "tests/flow/test_upload.py",
    "too-busy": "tests/flow/test_upload.py",
    # What only people at desks meet.
    "sign-in-failed": "tests/web/test_errors.py",
    "locked-out": "tests/web/test_errors.py",
    "session-over": "tests/web/test_session.py",
    "cross-site": "tests/web/test_session.py",
    "password-due": "tests/web/test_session.py",
    "password-unfit": "tests/web/test_session.py",
    "sso-off": "tests/web/test_signon.py",
    "sso-failed": "tests/web/test_signon.py",
    "sso-stranger": "tests/web/test_signon.py",
    "sso-down": "tests/web/test_signon.py",
    "forbidden": "tests/web/test_rights.py",
    "last-administrator": "tests/web/test_desk.py",
    "revision-changed": "tests/flow/test_edits.py",
    "revision-required": "tests/flow/test_edits.py",
    "record-voided": "tests/flow/test_edits.py",
    "key-reused": "tests/web/test_once.py",
    "photo-awaited": "tests/web/test_photos.py",
    "photo-removed": "tests/web/test_photos.py",
    "photo-missing": "tests/web/test_photos.py",
    "picture-pending": "tests/web/test_photos.py",
    "picture-undecodable": "tests/web/test_photos.py",
    "range-not-satisfiable": "tests/web/test_photos.py",
    "link-invalid": "tests/web/test_photolinks.py",
    "form-often": "tests/web/test_forms.py",
    "export-not-arrived": "tests/web/test_exports.py",
    "manifest-mismatch": "tests/web/test_exports.py",
    "export-removed": "tests/web/test_exports.py",
    "destination-unknown": "tests/web/test_exports.py",
    "export-under-way": "tests/web/test_exports.py",
}
"""Problems that a vector cannot bring about, and where they are tested."""


def receipts() -> list[dict[str, Any]]:
    """Every receipt that a vector expects, those inside of duplicates included."""
    outer = [one.get("each", one) for found in EXPECTED for one in found.get("receipts", [])]
    bodies = [found["body"] for found in EXPECTED if "status" in found.get("body", {})]
    whole = [*outer, *bodies]
    return [*whole, *(one["stands"] for one in whole if "stands" in one)]


def test_there_are_sixty_at_least():
    assert len(cases()) >= 60
    assert len({case.name for case in cases()}) == len(cases())


def test_every_status_and_reason_is_expected_somewhere():
    assert {one.get("status") for one in receipts()} >= set(get_args(Status))
    assert {one.get("reason") for one in receipts()} >= set(get_args(Reason))


def test_every_mark_is_expected_somewhere():
    marks = set(chain.from_iterable(one.get("marks", []) for one in receipts()))
    assert marks >= {
        "stub",
        "named-before",
        "after-seal",
        "late-scope",
        "needs-missing",
        "clock-off",
        "clock-unreadable",
        "replayed",
        "discarded",
    }


def test_every_problem_is_expected_somewhere():
    of_requests = {found["problem"]["slug"] for found in EXPECTED if "problem" in found}
    of_ops = {one["problem"] for one in receipts() if isinstance(one.get("problem"), str)}
    found = of_requests | of_ops
    assert set(CATALOGUE) - found - set(ELSEWHERE) == set()
    assert found & set(ELSEWHERE) == set()


def test_every_limit_is_met_and_passed():
    passed = {found["problem"].get("limit") for found in EXPECTED if "problem" in found}
    # A page is bounded instead of refused; parallel uploads need sockets (tests/flow).
    assert set(msgspec.structs.asdict(Limits())) - passed == {"pull_bytes", "device_uploads"}
    names = {case.name for case in cases()}
    beyond, at = (
        {name.removesuffix(end) for name in names if name.endswith(end)}
        for end in ("-beyond-the-limit", "-at-the-limit")
    )
    assert beyond - at == {"decompression-ratio"}


def test_every_op_type_of_a_walk_is_sent_somewhere():
    sent = msgspec.json.encode([case.data for case in cases()]).decode()
    walk = [name for name, kind in OP_TYPES.items() if "device" in kind.origins]
    assert [name for name in walk if name not in sent] == []
