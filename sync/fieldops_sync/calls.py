"""How the parts of a sync ask the server: a POST with a token, renewed where it must be."""

from typing import Protocol, TypeVar

_Value = TypeVar("_Value")


class Call(Protocol):
    """A POST with a token: path, type of the answer, body.  Raises SyncError."""

    def __call__(self, path: str, answer: type[_Value], body: object) -> _Value: ...
