"""The carrier of destinations that keep files: a folder, a bucket, a server by SFTP."""

import codecs
import hashlib

from fieldops.export.deliver.interface import (
    ACK,
    ACK_BYTES,
    MANIFEST,
    Beat,
    Differs,
    File,
    Parcel,
    Shelf,
)


class Shipping:
    """A ``Carrier`` onto a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def deliver(self, parcel: Parcel, beat: Beat) -> None:
        self._shelf.begin(parcel.name)
        if self._holds_another(parcel):
            self._shelf.remove(parcel.name)
            self._shelf.begin(parcel.name)
        for file in parcel.everything:
            beat(0)
            self._shelf.put(f"{parcel.name}/{file.path}", parcel.folder / file.path, file)
            beat(file.size_bytes)

    def _holds_another(self, parcel: Parcel) -> bool:
        """Whether a run of this name lies there that is another one: its database was restored
        since.  Its manifest must not vouch for our files, nor its acknowledgment."""
        digest = hashlib.sha256()
        try:
            for piece in self._shelf.read(f"{parcel.name}/{MANIFEST}"):
                digest.update(piece)
        except FileNotFoundError:
            return False
        return digest.hexdigest() != parcel.manifest.sha256

    def verify(self, parcel: Parcel, beat: Beat) -> None:
        for file in parcel.everything:
            self._verify(parcel.name, file, beat)

    def _verify(self, run: str, file: File, beat: Beat) -> None:
        digest = hashlib.sha256()
        try:
            for piece in self._shelf.read(f"{run}/{file.path}"):
                digest.update(piece)
                beat(len(piece))
        except FileNotFoundError as error:
            raise Differs(f"{run}/{file.path} is not there") from error
        if digest.hexdigest() != file.sha256:
            raise Differs(f"{run}/{file.path} is not what was delivered")

    def find_ack(self, run: str) -> str:
        found = b""
        try:
            for piece in self._shelf.read(f"{run}/{ACK}"):
                found += piece
                if len(found) > ACK_BYTES:
                    break
        except FileNotFoundError:
            return ""
        return _first_word(found[:ACK_BYTES])

    def remove(self, run: str) -> None:
        self._shelf.remove(run)

    def close(self) -> None:
        self._shelf.close()


def _first_word(raw: bytes) -> str:
    """What stands first in a small file of text, as `sha256sum` and shells of Windows write it."""
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    words = raw.decode("utf-16" if is_wide else "utf-8-sig", "replace").split()
    return words[0] if words else ""
