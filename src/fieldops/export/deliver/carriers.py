"""Which carrier brings runs to a destination; what it needs is loaded only then."""

from collections.abc import Callable

from fieldops.destinations import Destination
from fieldops.export.deliver.interface import Carrier
from fieldops.settings import Settings


def carrier(
    settings: Settings, given: Destination, secret: bytes, clock_ms: Callable[[], int]
) -> Carrier:
    """The carrier of a destination; ``secret`` is the database's own.  Raises ``DeliveryError``."""
    if given.kind == "folder":
        from fieldops.export.deliver.folder import FolderShelf
        from fieldops.export.deliver.shipping import Shipping

        assert given.folder is not None, "the settings have checked it"
        return Shipping(FolderShelf(given.folder))
    if given.kind == "s3":
        from fieldops.export.deliver.s3 import S3Shelf
        from fieldops.export.deliver.shipping import Shipping

        return Shipping(S3Shelf(given))
    if given.kind == "sftp":
        from fieldops.export.deliver.sftp import SftpShelf
        from fieldops.export.deliver.shipping import Shipping

        return Shipping(SftpShelf(given))
    from fieldops.export.deliver.staying import Announcing, Waiting

    if given.kind == "webhook":
        return Announcing(settings, given, secret, clock_ms)
    return Waiting(settings)
