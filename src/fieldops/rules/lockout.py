"""How long somebody waits who guesses: short at first, longer each time, never for ever.

    known browser   counted by itself: whoever has signed in here before is not held up by others
    account         what everybody else tries on one login, whether it exists or not
    address         what one address tries on any login

This is OWASP's "device cookie" protocol.  Nobody can lock out somebody else: a person's own browser
is counted apart, any wait ends after ``longest_ms``, single sign-on asks for no password here, and
a reset by an administrator ends the wait at once.
"""

from typing import Literal

from msgspec import Struct

_MINUTE_MS = 60_000
FORGET_MS = 24 * 3600 * 1000
"""After a day without a failure nothing is held against anybody."""

Counted = Literal["account", "known", "address"]


class Waits(Struct, frozen=True):
    """From the ``free``-th failure on a wait of ``first_ms``, doubling up to ``longest_ms``."""

    free: int
    first_ms: int
    longest_ms: int


_ADDRESS = Waits(20, _MINUTE_MS, 15 * _MINUTE_MS)
"""An office shares one address: four people's share of failures is free."""
_ACCOUNT = {
    # NIST SP 800-63B-4, 3.2.2 wants failures limited, and waits that grow; a guesser of one login
    # gets about a hundred tries a day.
    "nist": Waits(5, _MINUTE_MS // 2, 15 * _MINUTE_MS),
    # GB/T 22239-2019, 8.1.4.1 b): five failures and half an hour are what assessors expect.
    "cn-mlps": Waits(5, 30 * _MINUTE_MS, 30 * _MINUTE_MS),
}


def waits(profile: str, counted: Counted) -> Waits:
    """The waits of a profile for one of the three counters."""
    return _ADDRESS if counted == "address" else _ACCOUNT[profile]


def wait_ms(failures: int, rule: Waits) -> int:
    """How long nothing is tried after so many failures in a row."""
    beyond = failures - rule.free
    if beyond < 0:
        return 0
    return min(rule.first_ms << min(beyond, 30), rule.longest_ms)
