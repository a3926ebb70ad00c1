"""UUIDs from 16 bytes, many of them: what every row of the log and every record begins with."""

from uuid import UUID, SafeUUID

_new, _set = object.__new__, object.__setattr__
_UNKNOWN = SafeUUID.unknown


def uuid_of(raw: bytes | memoryview) -> UUID:
    """The same as ``UUID(bytes=bytes(raw))``, in a third of the time: 16 bytes need no check."""
    made = _new(UUID)
    _set(made, "int", int.from_bytes(raw, "big"))
    _set(made, "is_safe", _UNKNOWN)
    return made
