"""Redact the records of the standard library's logging."""

from __future__ import annotations

import logging
from collections.abc import Callable

from smtptui.secrets.redactor import Redactor

CHATTY_LOGGERS = ("httpx", "httpcore", "httpx2", "httpcore2", "gql", "hpack")
"""Libraries that log addresses, headers or bodies below WARNING."""


class RedactingFilter(logging.Filter):
    """A handler's filter that redacts message, arguments, extra fields and traceback."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redact = redactor.redact

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:
            message = f"{record.msg} (its arguments do not fit)"
        record.msg, record.args = self._redact(message), ()
        if record.exc_info and not record.exc_text:
            # The plain formatter shows no local variables; without exc_info no handler can add them.
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redact(record.stack_info)
        for name, value in list(record.__dict__.items()):
            if name not in _STANDARD and value is not None and not isinstance(value, (bool, int, float)):
                record.__dict__[name] = self._redact(str(value))
        return True


_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


def install_log_redaction(redactor: Redactor) -> Callable[[], None]:
    """Redact every log record where it is created, and again at the root's handlers. Return the undo function.

    A filter on the root logger alone would not see the records of its children.
    """
    log_filter = RedactingFilter(redactor)
    make = logging.getLogRecordFactory()

    def create_redacted(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        log_filter.filter(record)
        return record

    handlers = tuple(logging.getLogger().handlers)
    levels = {name: logging.getLogger(name).level for name in CHATTY_LOGGERS}
    logging.setLogRecordFactory(create_redacted)
    for handler in handlers:
        handler.addFilter(log_filter)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(max(level, logging.WARNING))

    def undo() -> None:
        logging.setLogRecordFactory(make)
        for handler in handlers:
            handler.removeFilter(log_filter)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)

    return undo
