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
_PHOTO = "photo"


class UnreadableForm(Exception):
    """What came is no form, or more than a form may hold."""


class Sent(Struct):
    """What a form held; ``photo`` is whoever called's to close."""

    fields: dict[str, str] = field(default_factory=dict)
    photo: Photo | None = None


async def read_form(request: AnyRequest, limit_bytes: int, open_photo: Callable[[], Photo]) -> Sent:
    """The fields and the photo of a form.  ``limit_bytes`` bounds the photo.

    Raises ``UnreadableForm``, and ``TooLarge`` for the photo; nothing of it is kept then.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise UnreadableForm
    sent = Sent()
    try:
        await _read(request, options["boundary"], limit_bytes + _SLACK_BYTES, sent, open_photo)
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
    open_photo: Callable[[], Photo],
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

    def __init__(self, sent: Sent, open_photo: Callable[[], Photo]) -> None:
        self._sent, self._open_photo = sent, open_photo
        self._name, self._text, self._is_photo = "", b"", False

    def take(self, event: MultipartSegment | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._name, self._text = event.name or "", b""
            self._is_photo = self._name == _PHOTO and event.filename is not None
        elif event is None:
            if not self._is_photo:
                self._sent.fields[self._name] = self._text.decode().replace("\r\n", "\n")
        elif self._is_photo:
            # An empty part is a field without a file.
            self._sent.photo = self._sent.photo or self._open_photo()
            self._sent.photo.write(bytes(event))
        else:
            self._text += event
            if len(self._text) > FIELD_BYTES:
                raise UnreadableForm


def _forget(sent: Sent) -> None:
    if sent.photo is not None:
        sent.photo.close()
        sent.photo = None
