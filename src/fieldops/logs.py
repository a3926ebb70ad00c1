"""Logs of the processes: one line an event on standard error, from the level of the settings on."""

import logging
import sys

import structlog

_LEVELS = logging.getLevelNamesMapping()


def configure(level: str) -> None:
    """Colours where a terminal looks, JSON lines where a collector reads."""
    last: structlog.typing.Processor
    if sys.stderr.isatty():
        last = structlog.dev.ConsoleRenderer()
    else:
        last = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level.upper()]),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )
