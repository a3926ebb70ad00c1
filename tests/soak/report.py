"""One line of figures a suite, shown at the end of the run even where output is captured."""

LINES: list[str] = []


def report(line: str) -> None:
    """Say the figures of a suite, e.g. ``power-loss FULL: 100 crashes, lost 0``."""
    LINES.append(f"soak {line}")
    print(f"soak {line}")
