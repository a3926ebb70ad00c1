"""What the server says it is owed, held against what the outbox still has.

owed by the server ─┬─ waiting here: it will be sent
                    ├─ kept here though settled: sent again, by itself
                    └─ neither: nobody has it any more, and the person is told so
"""

from msgspec import Struct

from fieldops_sync.calls import Call
from fieldops_sync.mediawire import MediaStatus
from fieldops_sync.wire import OwedPhotos

STATUS_ITEMS = 100
"""Photos asked about in one call."""
_WANTED = frozenset({"awaiting", "bad"})


class PhotoDebt(Struct, frozen=True):
    """Where this tablet's photos are.

    ``safe`` are at the server (as far as the tablet still remembers them), ``here`` wait on the
    tablet, ``lost`` were announced and are at neither.  ``owed`` is the server's own account of the
    last pull; None before the first, and from an old server.
    """

    safe: int
    here: int
    here_bytes: int
    lost: int
    owed: OwedPhotos | None = None

    @property
    def texts(self) -> dict[str, str]:
        """One line for the person, in every language."""
        total = self.safe + self.here + self.lost
        here_mb = f"{self.here_bytes / 1e6:.1f} MB"
        lost_zh = f"；{self.lost} 张服务器和本机都没有，请重拍或告知主管" * bool(self.lost)
        lost_en = (
            f"; {self.lost} are neither there nor here: take them again or tell a supervisor"
            if self.lost
            else "; 0 lost"
        )
        return {
            "zh-CN": f"{total} 张照片中 {self.safe} 张已安全存于服务器；"
            f"{self.here} 张（{here_mb}）仍在本机{lost_zh or '；无遗失'}",
            "en": f"{self.safe} of {total} photos are safe on the server;"
            f" {self.here} ({here_mb}) still here{lost_en}",
        }


def missed(call: Call, owed: OwedPhotos | None, waiting: int, kept: list[str]) -> list[str]:
    """Which of the settled photos in ``kept`` the server does not have any more.

    It is asked only where it is owed more than the ``waiting`` photos explain.  Raises SyncError.
    """
    found: list[str] = []
    if owed is None or owed.photos <= waiting:
        return found
    for start in range(0, len(kept), STATUS_ITEMS):
        part = kept[start : start + STATUS_ITEMS]
        answers = call("media/status", list[MediaStatus], part)
        found += [one.sha256 for one in answers if one.state in _WANTED and one.sha256 in part]
    return found
