"""fieldops sync v1: wire types, the tablet's outbox, and the client that syncs it.

The names below are loaded when they are first used: a server that needs only the wire types starts
without an HTTP client.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldops_sync.badlink import BadLink, FaultPlan
    from fieldops_sync.client import Client, SyncSummary
    from fieldops_sync.export import BadExport, export_file, read_export
    from fieldops_sync.outbox import NotEnrolled, Outbox, SiteSealed
    from fieldops_sync.people import SignInError, SignInLocked, UnknownPerson, WrongPin
    from fieldops_sync.shelf import ShelfUnreadable
    from fieldops_sync.transport import BadAnswer, DeviceRevoked, LinkDown, ServerProblem, SyncError
    from fieldops_sync.upload import UploadFailed

_HOMES = {
    "BadAnswer": "transport",
    "BadExport": "export",
    "BadLink": "badlink",
    "Client": "client",
    "DeviceRevoked": "transport",
    "FaultPlan": "badlink",
    "LinkDown": "transport",
    "NotEnrolled": "outbox",
    "Outbox": "outbox",
    "ServerProblem": "transport",
    "ShelfUnreadable": "shelf",
    "SignInError": "people",
    "SignInLocked": "people",
    "SiteSealed": "outbox",
    "SyncError": "transport",
    "SyncSummary": "client",
    "UnknownPerson": "people",
    "UploadFailed": "upload",
    "WrongPin": "people",
    "export_file": "export",
    "read_export": "export",
}

__all__ = [
    "BadAnswer",
    "BadExport",
    "BadLink",
    "Client",
    "DeviceRevoked",
    "FaultPlan",
    "LinkDown",
    "NotEnrolled",
    "Outbox",
    "ServerProblem",
    "ShelfUnreadable",
    "SignInError",
    "SignInLocked",
    "SiteSealed",
    "SyncError",
    "SyncSummary",
    "UnknownPerson",
    "UploadFailed",
    "WrongPin",
    "export_file",
    "read_export",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
