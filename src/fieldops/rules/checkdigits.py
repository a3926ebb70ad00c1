"""Numbers that prove themselves: resident identity numbers and the numbers of bank cards."""

import re
from datetime import date

CARD_DIGITS = (13, 19)
"""The lengths of a bank card's number: 19 at most by ISO/IEC 7812-1:2017, 13 the shortest in use
(Visa before 2005)."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
"""GB 11643-1999: the weights are 2^(18-i) mod 11; ISO/IEC 7064, MOD 11-2."""
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_IDENTITY = re.compile(r"[1-9]\d{5}(?P<birth>(?:19|20)\d{6})\d{3}[0-9Xx]", re.ASCII)
_CARD = re.compile(
    # ISO/IEC 7812-1, 4.2: 3 travel, 4 to 6 banking; 9 is each country's own, where Chinese banks
    # issued before UnionPay's 62.  Of those with a 2 only Mastercard's and Mir's, all of 16 digits:
    # nearly everything else that begins so is a date.
    r"[3-6]\d{12,18}|9\d{15,18}|2(?:20[0-4]|22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}",
    re.ASCII,
)


def looks_like_identity(text: str) -> bool:
    """Whether 18 characters are built as an identity number, whatever the check character says."""
    found = _IDENTITY.fullmatch(text)
    return found is not None and _is_date(found["birth"])


def is_identity(text: str) -> bool:
    """Whether 18 characters are a resident identity number: a birth date and a right check."""
    return looks_like_identity(text) and identity_check(text[:17]) == text[17].upper()


def identity_check(body: str) -> str:
    """The check character, ``0`` to ``9`` or ``X``, of the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def is_card(digits: str) -> bool:
    """Whether digits are a bank card's number: its first ones, its length, Luhn's check.

    One in ten strings of digits passes Luhn's check, so an identity number with a slip in it is
    taken for what it looks like, and not for a card.
    """
    return (
        _CARD.fullmatch(digits) is not None
        and luhn_sum(digits) % 10 == 0
        and not looks_like_identity(digits)
    )


def luhn_sum(digits: str) -> int:
    """The sum by ISO/IEC 7812-1:2017, annex B: every second digit from the right is doubled."""
    numbers = [ord(digit) - 48 for digit in reversed(digits)]
    return sum(numbers[::2]) + sum(_DOUBLED[number] for number in numbers[1::2])


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
