"""Sending all waiting photos: plan, upload a few at once, believe only ``stored``."""

from concurrent.futures import Future, ThreadPoolExecutor

import httpx

from fieldops_sync.calls import Call
from fieldops_sync.debts import missed
from fieldops_sync.events import PhotoFailed, PhotoProgress, PhotosMissed, PhotoStored
from fieldops_sync.mediawire import MediaItem, MediaPlan, MediaSent, MediaStatus
from fieldops_sync.outbox import Outbox
from fieldops_sync.photoshelf import Photo
from fieldops_sync.transport import BadAnswer, Link, Notify, ServerProblem, Token
from fieldops_sync.upload import Pace, Uploader, UploadFailed

PUTS_MAX = 2
"""Attempts to send a photo by one PUT before it goes by tus, which can be resumed."""
_SENT = frozenset({200, 201, 204, 412})
"""412: it was there already, after a lost answer (RFC 9110, ``If-None-Match: *``)."""
_NOT_SENT = frozenset({"upload-gone", "media-hash-mismatch"})
PLAN_ITEMS = 100
"""Photos asked about in one call."""
VERIFY_ROUNDS_MAX = 6
"""Times to ask whether the server has verified what it was sent."""

_FINAL = frozenset({"stored", "bad", "unknown", "awaiting"})


def reckon(outbox: Outbox, call: Call, notify: Notify) -> None:
    """Let settled photos wait again that the server lost; tell of those that nobody has.

    Raises SyncError.
    """
    debt = outbox.debt
    kept = [photo.sha256 for photo in outbox.photos("stored")]
    resent = outbox.settle_debt(missed(call, debt.owed, debt.here, kept))
    if (lost := outbox.debt.lost) or resent:
        notify(PhotosMissed(resent, lost))


class PhotoSender:
    """Sends the waiting photos of one outbox."""

    def __init__(
        self, outbox: Outbox, link: Link, token: Token, call: Call, notify: Notify, pace: Pace
    ) -> None:
        self._outbox = outbox
        self._link = link
        self._call = call
        self._notify = notify
        self._uploader = Uploader(outbox, link, token, notify, self._is_at_server, pace)

    def send_all(self) -> int:
        """Returns how many photos the server has stored by now; raises SyncError.

        A photo that does not get through is told as an event and waits for the next sync.
        """
        waiting = self._outbox.photos("waiting")
        done = 0
        for start in range(0, len(waiting), PLAN_ITEMS):
            photos = waiting[start : start + PLAN_ITEMS]
            arrived = self._upload(photos, self._plan(photos))
            for sha256, state in self._verified(arrived).items():
                done += self._settle(sha256, state, done + 1, len(waiting))
        return done

    def _settle(self, sha256: str, state: str, number: int, total: int) -> bool:
        if state != "stored":
            self._outbox.set_upload_url(sha256, "")
            self._notify(PhotoFailed(sha256, f"the server says {state}"))
            return False
        self._outbox.photo_stored(sha256)
        self._notify(PhotoStored(sha256, number, total))
        return True

    def _plan(self, photos: list[Photo]) -> dict[str, MediaPlan]:
        items = [MediaItem(photo.sha256, photo.size_bytes, photo.mime) for photo in photos]
        return {plan.sha256: plan for plan in self._call("media/plan", list[MediaPlan], items)}

    def _upload(self, photos: list[Photo], plans: dict[str, MediaPlan]) -> list[str]:
        """Send what is planned; the hashes of photos whose bytes are all at the server."""
        workers = max(1, self._outbox.limits.device_uploads)
        with ThreadPoolExecutor(workers, thread_name_prefix="upload") as pool:
            going = [
                (photo.sha256, pool.submit(self._send_one, photo, plans.get(photo.sha256)))
                for photo in photos
            ]
            try:
                return [sha256 for sha256, future in going if self._arrived(sha256, future)]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _send_one(self, photo: Photo, plan: MediaPlan | None) -> None:
        if plan is None:
            raise UploadFailed("the server has no plan for this photo")
        try:
            if plan.way == "tus" or (plan.way == "put" and not self._put(photo, plan)):
                self._uploader.send(photo, plan.url if plan.way == "tus" else "uploads")
        except FileNotFoundError:
            self._outbox.check_photo(photo.sha256)
            raise UploadFailed("the file on the tablet is gone") from None
        except OSError as error:
            raise UploadFailed(f"the file on the tablet cannot be read: {error}") from error

    def _put(self, photo: Photo, plan: MediaPlan) -> bool:
        """Send a photo by one PUT, straight to the store; False if it did not get through.

        A PUT begins from zero each time, so on a bad link tus soon takes over.
        """
        for attempt in range(PUTS_MAX):
            try:
                self._put_once(photo, plan)
                return self._complete(photo)
            except httpx.TransportError as error:
                self._uploader.pauses.wait(attempt, f"PUT: {type(error).__name__}")
            except BadAnswer:
                return False
        return False

    def _put_once(self, photo: Photo, plan: MediaPlan) -> None:
        self._notify(PhotoProgress(photo.sha256, 0, photo.size_bytes))
        with self._outbox.photo_path(photo.sha256).open("rb") as file:
            answered = self._link.put(plan.url, plan.headers, file)
        if answered.status not in _SENT:
            raise BadAnswer(f"PUT: {answered.status}")
        self._notify(PhotoProgress(photo.sha256, photo.size_bytes, photo.size_bytes))

    def _complete(self, photo: Photo) -> bool:
        """Let the server verify what the store got; False if that is not the photo."""
        sent = MediaSent(photo.size_bytes, photo.mime)
        try:
            self._call(f"media/{photo.sha256}/complete", MediaStatus, sent)
        except ServerProblem as refused:
            if refused.slug in _NOT_SENT:
                return False
            raise
        return True

    def _arrived(self, sha256: str, future: "Future[None]") -> bool:
        try:
            future.result()
        except UploadFailed as failed:
            self._notify(PhotoFailed(sha256, str(failed)))
            return False
        return True

    def _verified(self, hashes: list[str]) -> dict[str, str]:
        """What the server says of each photo, asked again while it is verifying."""
        states: dict[str, str] = {}
        for attempt in range(VERIFY_ROUNDS_MAX):
            asked = [sha256 for sha256 in hashes if states.get(sha256) not in _FINAL]
            if not asked:
                break
            if attempt:
                self._uploader.pauses.wait(attempt - 1, "media/status: verifying")
            answers = self._call("media/status", list[MediaStatus], asked)
            states.update({status.sha256: status.state for status in answers})
        return {sha256: state for sha256, state in states.items() if state in _FINAL}

    def _is_at_server(self, sha256: str) -> bool:
        answers = self._call("media/status", list[MediaStatus], [sha256])
        return any(status.state in {"stored", "verifying"} for status in answers)
