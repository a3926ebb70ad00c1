"""From where a request comes, and where whoever asks reaches this server."""

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.rules.addresses import client_address
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import core_of


def address_of(request: AnyRequest) -> str:
    """The address of whoever asks, seen through our own proxies; empty where nobody knows it."""
    peer = request.client.host if request.client else ""
    # A proxy may add a line of its own: the caller's comes before it, and is not alone.
    forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
    return client_address(peer, forwarded, core_of(request).settings.proxies)


def reached_at(request: AnyRequest) -> str:
    """The address of this server as the caller knows it, without a slash at its end.

    What the settings name stands before the header ``Host``.  Raises ``ProblemError`` validation
    where that one is no host.
    """
    try:
        return (core_of(request).settings.public_url or str(request.base_url)).rstrip("/")
    except ValueError as error:
        why = Said("Host 请求头不是主机名", "the header Host names no host")
        raise ProblemError(problem("validation", why)) from error
