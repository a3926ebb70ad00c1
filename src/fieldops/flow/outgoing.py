"""Bytes on their way out of the blob store: a piece at a time, the stream closed afterwards."""

from collections.abc import Generator
from contextlib import closing
from typing import BinaryIO

PIECE_BYTES = 256 * 1024
"""How much is read at a time; the memory of one download is a few of these."""
Source = Generator[bytes, None, None]


class ShortFile(Exception):
    """The store holds fewer bytes than were recorded."""


def pieces(source: BinaryIO, length: int) -> Source:
    """``length`` bytes of a stream, which is closed afterwards.  Raises ``ShortFile``."""
    with closing(source):
        while length:
            piece = source.read(min(PIECE_BYTES, length))
            if not piece:
                raise ShortFile(f"{length} bytes are missing")
            length -= len(piece)
            yield piece
