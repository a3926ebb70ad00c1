"""From where a request comes: what failed sign-ins and public entries are counted by."""

from fieldops.rules.addresses import client_address
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import core_of


def address_of(request: AnyRequest) -> str:
    """The address of whoever asks, seen through our own proxies; empty where nobody knows it."""
    peer = request.client.host if request.client else ""
    # A proxy may add a line of its own: the caller's comes before it, and is not alone.
    forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
    return client_address(peer, forwarded, core_of(request).settings.proxies)
