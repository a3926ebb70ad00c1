"""What a caller likes better: ``Accept-Language`` and ``Accept-Encoding``."""

import re

_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def preferred(header: str) -> list[str]:
    """The values of such a header in lower case, the best first; what has weight 0 is left out.

    A weight that cannot be read counts as 1 (RFC 9110, section 12.4.2, does not say).
    """
    weighed = [_weighed(one) for one in header.lower().split(",")]
    return [value for value, weight in sorted(weighed, key=_heavy_first) if value and weight > 0]


def _weighed(text: str) -> tuple[str, float]:
    value, *parameters = (one.strip() for one in text.split(";"))
    weights = [found[1] for one in parameters if (found := _WEIGHT.fullmatch(one))]
    return value, float(weights[0]) if weights else 1.0


def _heavy_first(weighed: tuple[str, float]) -> float:
    return -weighed[1]
