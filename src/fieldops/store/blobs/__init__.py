"""Photos and other immutable bytes, by their SHA-256; see ``interface`` for what is promised."""

from fieldops.settings import Settings
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.blobs.interface import (
    Adoption,
    Blob,
    BlobError,
    BlobKept,
    BlobMissing,
    BlobStore,
    BlobStoreDown,
    DirectUpload,
    DirectUploads,
    HashMismatch,
    ObjectLocks,
    Protection,
)

__all__ = [
    "Adoption",
    "Blob",
    "BlobError",
    "BlobKept",
    "BlobMissing",
    "BlobStore",
    "BlobStoreDown",
    "DirectUpload",
    "DirectUploads",
    "HashMismatch",
    "ObjectLocks",
    "Protection",
    "open_blobs",
]


def open_blobs(settings: Settings) -> BlobStore:
    """The blob store that the settings name; a disk store's folder is made, a bucket is not."""
    if settings.blobs.kind == "disk":
        return DiskBlobs(settings.blob_folder)
    # The S3 client would cost a disk-only server 0.2 s and 8 MB at start.
    from fieldops.store.blobs.s3 import S3Blobs
    from fieldops.store.blobs.signature import Credentials

    given = settings.blobs
    keys = Credentials(
        given.access_key.get_secret_value(), given.secret_key.get_secret_value(), given.region
    )
    return S3Blobs(
        given.endpoint,
        given.bucket,
        keys,
        prefix=given.prefix,
        secure=given.secure,
        timeout_s=given.timeout_s,
        tries=given.tries,
        public_url=given.public_url,
        lock_days=given.lock_days,
        lock_mode=given.lock_mode,
    )
