"""Reading what a browser's form sends: text fields in memory, one photo into a file.

Everything is bounded as it comes: fields, their length, the photo, the whole.  Source: RFC 7578.
"""

from collections.abc import Callable

from litestar.exceptions import InternalServerException
from msgspec import Struct, field
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from fieldops.flow.formphoto import Photo, TooLarge
from fieldops.web.bodies import AnyRequest

FIELDS_MAX = 40
FIELD_BYTES = 32 * 1024
_SLACK_BYTES = 256 * 1024
"""What all fields and the lines between the parts may come to."""
_READ_AWAY = 4
"""So many times the size of a photo is read at most: phones take larger ones than are taken."""
_PHOTO = "photo"


class UnreadableForm(Exception):
    """What came is no form, or more than a form may hold."""


class Sent(Struct):
    """What a form held; ``photo`` is whoever called's to close.

    ``had_photo`` says that one came, whether or not it was kept: ``is_too_large`` was not, nor is
    any where ``is_one_of_many``.
    """

    fields: dict[str, str] = field(default_factory=dict)
    photo: Photo | None = None
    had_photo: bool = False
    is_too_large: bool = False
    is_one_of_many: bool = False


async def read_form(
    request: AnyRequest, limit_bytes: int, open_photo: Callable[[], Photo] | None
) -> Sent:
    """The fields and the photo of a form.  ``limit_bytes`` bounds the photo; None keeps none.

    A photo that is larger, or not the only one, is read away, so that what was written beside it is
    not lost.  Raises ``UnreadableForm``, and ``TooLarge`` for what comes to several times as much.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise UnreadableForm
    sent = Sent()
    try:
        most_bytes = _READ_AWAY * limit_bytes + _SLACK_BYTES
        await _read(request, options["boundary"], most_bytes, sent, open_photo)
    except (MultipartError, UnicodeError, InternalServerException) as error:
        _forget(sent)
        raise UnreadableForm from error
    except (TooLarge, UnreadableForm):
        _forget(sent)
        raise
    return sent


async def _read(
    request: AnyRequest,
    boundary: str,
    limit_bytes: int,
    sent: Sent,
    open_photo: Callable[[], Photo] | None,
) -> None:
    taking = _Taking(sent, open_photo)
    left = limit_bytes
    with PushMultipartParser(boundary, max_segment_count=FIELDS_MAX) as parser:
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                raise TooLarge
            for event in parser.parse(chunk):
                taking.take(event)


class _Taking:
    """Where the bytes of the part at hand go."""

    def __init__(self, sent: Sent, open_photo: Callable[[], Photo] | None) -> None:
        self._sent, self._open_photo = sent, open_photo
        self._name, self._text, self._is_photo = "", b"", False
        self._has_begun = False

    def take(self, event: MultipartSegment | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._name, self._text, self._has_begun = event.name or "", b"", False
            self._is_photo = self._name == _PHOTO and event.filename is not None
        elif event is None:
            if not self._is_photo:
                self._sent.fields[self._name] = self._text.decode().replace("\r\n", "\n")
        elif self._is_photo:
            self._take_photo(bytes(event))
        else:
            self._text += event
            if len(self._text) > FIELD_BYTES:
                raise UnreadableForm

    def _take_photo(self, chunk: bytes) -> None:
        # An empty part is a field without a file.
        if self._sent.had_photo and not self._has_begun:
            # One behind the other would be no picture, and to choose is not ours.
            self._sent.is_one_of_many = True
            _forget(self._sent)
        self._sent.had_photo = self._has_begun = True
        self._keep(chunk)

    def _keep(self, chunk: bytes) -> None:
        sent = self._sent
        if self._open_photo is None or sent.is_too_large or sent.is_one_of_many:
            return
        self._sent.photo = self._sent.photo or self._open_photo()
        try:
            self._sent.photo.write(chunk)
        except TooLarge:
            self._sent.is_too_large = True
            _forget(self._sent)


def _forget(sent: Sent) -> None:
    if sent.photo is not None:
        sent.photo.close()
        sent.photo = None
