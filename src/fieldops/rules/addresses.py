"""Addresses of the network: whose it really is behind proxies, and what of it may be kept."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_Network = IPv4Network | IPv6Network


def client_address(peer: str, forwarded: str, proxies: Sequence[str]) -> str:
    """The address of whoever asked: ``forwarded`` is believed as far as our own proxies wrote it.

    ``forwarded`` is ``X-Forwarded-For``; each proxy adds whom it heard at the end, so the last one
    that is none of ``proxies`` (networks) is the client.  What is no address ends the search.
    """
    networks = [ip_network(one, strict=False) for one in proxies]
    found = peer
    for said in reversed([one.strip() for one in forwarded.split(",") if one.strip()]):
        if not _is_within(found, networks) or _read(said) is None:
            break
        found = said
    return found


def masked(address: str) -> str:
    """What sessions show: enough to tell office from home, not enough to find a person."""
    read = _read(address)
    if read is None:
        return ""
    return str(_network(read, 24 if read.version == 4 else 48))


def neighbourhood(address: str) -> str:
    """What tries are counted by: an IPv4 address, of IPv6 the /64 that one customer has.

    RFC 6177, section 2; whoever has one could otherwise draw a new address for each try.
    """
    read = _read(address)
    if read is None:
        return address[:64]
    return str(_network(read, 32 if read.version == 4 else 64))


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]"))  # RFC 3986 writes IPv6 so, and some proxies do.
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def _network(address: IPv4Address | IPv6Address, bits: int) -> _Network:
    return ip_network(f"{address}/{bits}", strict=False)


def _is_within(address: str, networks: Sequence[_Network]) -> bool:
    read = _read(address)
    return read is not None and any(read in one for one in networks)
