"""One webhook on its way: a POST to an address that somebody typed in, within bounds.

    resolve ─ every address allowed? ─ connect to one of them ─ TLS for the name ─ POST ─ status

The check looks at the address that is connected to, so a name that resolves otherwise a moment
later gains nothing.  No redirect is followed, no proxy asked, and no more than the head of the
answer is read.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from msgspec import Struct

from fieldops.model.said import Said
from fieldops.sections import WebhookSettings

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""Addresses that stand for one of IPv4 (RFC 6052, 2.1)."""
_DEFAULT_PORTS = {"https": 443, "http": 80}
_DIGITS_MAX = 9
"""Of a ``Retry-After`` in seconds: more than anybody waits, and Python reads no number of 5,000."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Answer(Struct, frozen=True):
    """What came back: a ``status``, or 0 and ``why`` there is none, for people.

    ``retry_after_s`` is what the consumer asked for.
    """

    status: int = 0
    why: str = ""
    retry_after_s: int | None = None


_HTTPS_ALONE = Said(
    "仅允许 https（设置 webhooks.http）", "only https is allowed (setting webhooks.http)"
)


class NotAllowed(Exception):
    """The settings do not let webhooks go there; ``said`` says why."""

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


def check(url: str, given: WebhookSettings) -> None:
    """Whether the settings allow an address, as far as it can be read from it.

    Raises ``NotAllowed``.  What its name resolves to is seen when it is called.
    """
    parts = urlsplit(url)
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    if parts.scheme == "http" and not given.http:
        raise NotAllowed(_HTTPS_ALONE)
    if port not in given.ports:
        why = Said(
            f"不允许端口 {port}（设置 webhooks.ports）",
            f"port {port} is not allowed (setting webhooks.ports)",
        )
        raise NotAllowed(why)
    with suppress(ValueError):
        _check_address(ipaddress.ip_address(parts.hostname or ""), given)


def post(url: str, headers: Mapping[str, str], body: bytes, given: WebhookSettings) -> Answer:
    """Call an address.  Never raises for what the network or the other side does."""
    try:
        check(url, given)
        return _post(url, headers, body, given)
    except NotAllowed as error:
        return Answer(why=str(error))
    except TimeoutError:
        return Answer(why="timed out")
    except ssl.SSLCertVerificationError as error:
        return Answer(why=f"TLS: {error.verify_message}")
    except ssl.SSLError as error:
        return Answer(why=f"TLS: {error.reason or 'failed'}")
    except socket.gaierror:
        return Answer(why="the host's name is not known")
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return Answer(why=f"no answer ({type(error).__name__})")


def _post(url: str, headers: Mapping[str, str], body: bytes, given: WebhookSettings) -> Answer:
    connection = _Connection(url, given)
    deadline = threading.Timer(given.total_s, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Connection": "close"})
        found = connection.getresponse()
        why = "" if 200 <= found.status < 300 else f"answered {found.status}"
        return Answer(found.status, why, _retry_after_s(found.headers.get("Retry-After")))
    except (OSError, http.client.HTTPException):
        if connection.was_cut:
            raise TimeoutError from None
        raise
    finally:
        deadline.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """Connects to an address that the settings allow, and to no other."""

    def __init__(self, url: str, given: WebhookSettings) -> None:
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "https"
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        super().__init__(parts.hostname or "", port, timeout=given.connect_s)
        self._given = given
        self.was_cut = False

    def connect(self) -> None:
        """Resolve, check, connect, and for https shake hands."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(row[4][0]) for row in found]
        for one in addresses:
            _check_address(ipaddress.ip_address(one), self._given)
        dialled = self._hold(self._dial(addresses))
        if self._is_tls:
            # The handshake comes apart, so that ``cut`` finds the socket.
            wrapped = _context(self._given).wrap_socket(
                dialled, server_hostname=self.host, do_handshake_on_connect=False
            )
            self._hold(wrapped)
            wrapped.do_handshake()
        self.sock.settimeout(self._given.read_s)

    def _hold(self, sock: socket.socket) -> socket.socket:
        """Put a socket where ``cut`` finds it.  Raises ``TimeoutError`` if that came before."""
        self.sock = sock
        if self.was_cut:
            raise TimeoutError
        return sock

    def _dial(self, addresses: list[str]) -> socket.socket:
        """Connect to the first address that answers."""
        failed: OSError = TimeoutError()
        for address in addresses:
            if self.was_cut:
                break
            try:
                # An address, not a name: nothing is resolved a second time.
                return socket.create_connection((address, self.port), self._given.connect_s)
            except OSError as error:
                failed = error
        raise failed

    def cut(self) -> None:
        """End it from another thread: whoever sends a byte now and then shall not hold us up."""
        self.was_cut = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _context(given: WebhookSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if given.ca_file is not None:
        context.load_verify_locations(given.ca_file)
    return context


def _check_address(address: Address, given: WebhookSettings) -> None:
    """Raises ``NotAllowed`` for what is neither public nor in an allowed network."""
    for one in _meant(address):
        allowed = any(one in ipaddress.ip_network(text) for text in given.networks)
        if not allowed and (not one.is_global or one.is_multicast):
            why = Said(
                f"{address} 不是公网地址（设置 webhooks.networks）",
                f"{address} is not public (setting webhooks.networks)",
            )
            raise NotAllowed(why)


def _meant(address: Address) -> list[Address]:
    """The address, and the one of IPv4 that it stands for, if it is such a one."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    inner: list[ipaddress.IPv4Address | None] = [address.ipv4_mapped, address.sixtofour]
    inner += address.teredo or ()
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    found: list[Address] = [one for one in inner if one is not None]
    # What is only a wrapping counts as what is wrapped.
    return found or [address]


def _retry_after_s(text: str | None) -> int | None:
    """Seconds, from either form of the header (RFC 9110, 10.2.3); None where it is neither."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return int(text.strip()[:_DIGITS_MAX])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):  # figures without end are given, too
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, int((moment - datetime.now(UTC)).total_seconds()))
