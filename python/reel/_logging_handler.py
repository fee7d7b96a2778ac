"""Python's logging, recorded."""

from __future__ import annotations

import logging

from . import _reel

_LEVELS = {logging.CRITICAL: "CRITICAL", logging.ERROR: "ERROR", logging.WARNING: "WARN", logging.INFO: "INFO", logging.DEBUG: "DEBUG"}


class LoggingHandler(logging.Handler):
    """Records log messages as TextLog of the current recording, at `<path_prefix>/<module>`.

    path_prefix: an entity path; none unless given. Other levels than Python's five are recorded by their name."""

    LVL2NAME = _LEVELS

    def __init__(self, path_prefix: str | None = None) -> None:
        super().__init__()
        self.path_prefix = path_prefix

    def emit(self, record: logging.LogRecord) -> None:
        """Records one message, with its traceback if it has one."""
        from .archetypes import TextLog

        try:
            path = record.module.replace(".", "/")
            text = record.getMessage()
            if record.exc_info:
                text = self.format(record)
            _reel.log(
                f"{self.path_prefix}/{path}" if self.path_prefix else path,
                TextLog(text.replace("\0", "\\0"), level=_LEVELS.get(record.levelno, record.levelname)),
            )
        except RecursionError:
            raise
        except Exception:
            self.handleError(record)
