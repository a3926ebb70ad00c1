"""What a worker and a plugin's isolated process say to each other, as JSON.

worker                                   plugin's process
Open(name, settings)         ─→
                             ←─          Ready(card) or Failed(faults)
Show(inspection, checklist)  ─→          (kept for the questions that follow)
Ask(hook, arguments)         ─→
                             ←─          Want(sha256)          any number of times
Here(path)                   ─→
                             ←─          Reply(value) or Failed(faults)
"""

from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from fieldops.model.checklist import Checklist
from fieldops.model.inspection import EarlierWalk, Inspection
from fieldops.model.plugin import PluginCard, PluginFault
from fieldops.model.plugin import Raw as RawSettings
from fieldops.model.register import Entry


class Open(Struct, frozen=True, tag="open"):
    """Load this plugin with these settings."""

    name: str
    settings: RawSettings


class Show(Struct, frozen=True, tag="show", omit_defaults=True):
    """The inspection and the checklist that are meant from now on; None leaves what was shown.

    The inspection travels without what lies behind it: ``earlier`` names its earlier walks, of
    which ``walks`` are new; ``afresh`` forgets all others; ``entries`` is None for those of before.
    """

    inspection: Inspection | None = None
    checklist: Checklist | None = None
    earlier: tuple[UUID, ...] = ()
    walks: tuple[EarlierWalk, ...] = ()
    afresh: bool = False
    entries: tuple[Entry, ...] | None = None


class Ask(Struct, frozen=True, tag="ask"):
    """Call a hook; ``inspection`` and ``checklist`` are those last shown."""

    hook: str
    arguments: dict[str, Raw]


class Here(Struct, frozen=True, tag="here"):
    """Where the wanted photo lies, or an empty text if it cannot be had."""

    path: str


class Ready(Struct, frozen=True, tag="ready"):
    """The plugin is loaded."""

    card: PluginCard


class Reply(Struct, frozen=True, tag="reply"):
    """What a hook returned, checked."""

    value: Raw


class Want(Struct, frozen=True, tag="want"):
    """The hook opens a photo."""

    sha256: str


class Failed(Struct, frozen=True, tag="failed"):
    """What went wrong."""

    faults: tuple[PluginFault, ...]


encode = msgspec.json.Encoder().encode
read_order = msgspec.json.Decoder(Open | Show | Ask | Here).decode
read_answer = msgspec.json.Decoder(Ready | Reply | Want | Failed).decode
