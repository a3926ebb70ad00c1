"""What the ops about tasks write."""

from collections.abc import Callable

from fieldops.model.record import Decoded, Effect


def _open(decoded: Decoded) -> Effect:
    return Effect(decoded.fields, decoded.walk, own=True)


def _done(decoded: Decoded) -> Effect:
    return Effect({"retaken": decoded.fields["photo"]}, own=True)


def _drop(decoded: Decoded) -> Effect:
    return Effect({"dropped_by": decoded.fields["cause"]}, own=True)


TASK_EFFECTS: dict[str, Callable[[Decoded], Effect]] = {
    "task.open@1": _open,
    "task.done@1": _done,
    "task.drop@1": _drop,
}
