"""The request log of --verbose: operation, account, status and milliseconds, through the redactor."""

from __future__ import annotations

import logging

from smtptui.cli.framework.output import Output

OWN_LOGGER = "smtptui"
LIBRARY_LOGGERS = ("httpx", "httpx2", "httpcore", "gql", "graphql", "stamina", "asyncio")


class OutputHandler(logging.Handler):
    """Writes a record as one line to stderr, without its traceback."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._output.write_error(f"{record.levelname.lower()}: {record.getMessage()}")
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        self._output.write_error("a log record could not be written")


def silence_libraries() -> None:
    """Keep the libraries from writing to stderr by themselves."""
    logging.getLogger().handlers[:] = [logging.NullHandler()]
    for name in LIBRARY_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL)
        logger.propagate = False
        logger.handlers[:] = [logging.NullHandler()]


def log_requests(output: Output, *, verbose: bool) -> None:
    """Write our own log to stderr when `verbose`; otherwise discard it."""
    logger = logging.getLogger(OWN_LOGGER)
    logger.handlers[:] = [OutputHandler(output) if verbose else logging.NullHandler()]
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logger.propagate = False
