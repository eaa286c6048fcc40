"""How log lines look: structlog through the standard library, so that Faust's own lines look the same."""

import logging.config
import sys
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import Processor

from streams.settings import Settings


def logging_config(settings: Settings) -> dict[str, Any]:
    """Return a `logging.config` dictionary, which is also Faust's ``logging_config``.

    Lines go to standard error; standard output belongs to what a command was asked for.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": ProcessorFormatter,
                "foreign_pre_chain": _known_about_every_line(),
                "processors": [ProcessorFormatter.remove_processors_meta, *_form(settings)],
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "line"}
        },
        "root": {"level": settings.log_level.upper(), "handlers": ["stderr"]},
        "loggers": {
            # While a broker is away it repeats itself every second.
            "aiokafka": {"level": _at_least("warning", settings)},
            "asyncio": {"level": _at_least("warning", settings)},
            # Faust tells of each of its thirty parts that it starts and stops; with `debug` it may.
            "faust": {"level": _at_least("warning", settings)},
            "mode": {"level": _at_least("warning", settings)},
            "streams.delivery.transport": {"level": _at_least("warning", settings)},  # parts of Faust too
            "streams.delivery.fetching": {"level": _at_least("warning", settings)},
            # It writes out whole answers of the broker, records included, and no record belongs in a log.
            "aiokafka.conn": {"level": max(settings.log_level.upper(), "INFO", key=_rank)},
        },
    }


def configure(settings: Settings) -> None:
    """Set up logging for this process; called once, by a command, before anything else logs."""
    logging.config.dictConfig(logging_config(settings))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            *_known_about_every_line(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _known_about_every_line() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
    ]


def _form(settings: Settings) -> list[Processor]:
    for_people = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    if for_people:
        return [structlog.dev.ConsoleRenderer(timestamp_key="at", colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _rank(level: str) -> int:
    return logging.getLevelNamesMapping()[level]


def _at_least(level: str, settings: Settings) -> str:
    """The level of a talkative library: as given, or less serious still once `debug` is asked for."""
    levels = logging.getLevelNamesMapping()
    asked = levels[settings.log_level.upper()]
    return logging.getLevelName(asked if asked == logging.DEBUG else max(asked, levels[level.upper()]))
