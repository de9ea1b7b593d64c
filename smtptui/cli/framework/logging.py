"""The request log of --verbose: operation, account, status and milliseconds, through the redactor."""

from __future__ import annotations

import logging

from smtptui.cli.framework.output import Streams

OURS = "smtptui"
THEIRS = ("httpx", "httpx2", "httpcore", "gql", "graphql", "stamina", "asyncio")


class StreamsHandler(logging.Handler):
    """Writes a record as one line to stderr, without its traceback."""

    def __init__(self, streams: Streams) -> None:
        super().__init__()
        self._streams = streams

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._streams.err(f"{record.levelname.lower()}: {record.getMessage()}")
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        self._streams.err("a log record could not be written")


def silence() -> None:
    """No library writes to stderr by itself."""
    logging.getLogger().handlers[:] = [logging.NullHandler()]
    for name in THEIRS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False
        logger.handlers[:] = [logging.NullHandler()]


def log_requests(streams: Streams, *, verbose: bool) -> None:
    """Our own log to stderr; warnings only, unless `verbose`."""
    logger = logging.getLogger(OURS)
    logger.handlers[:] = [StreamsHandler(streams) if verbose else logging.NullHandler()]
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logger.propagate = False
