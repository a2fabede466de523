"""Structured logs: one JSON object a line on stderr, with instants in UTC and never an exception's text."""

import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, Final

import orjson
import structlog

from app.base.clock import system_clock

_LEVEL_NAMES = {"warn": "warning", "exception": "error"}
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
"""Of the request that is being answered: every line that is written meanwhile has it."""


def configure(level: str) -> None:
    """Everything that logs, the libraries included, writes the same lines."""
    _Lines.least = _LEVELS[level]
    structlog.configure(
        processors=[],
        wrapper_class=_Lines,
        logger_factory=lambda *_: sys.stderr.buffer,
        cache_logger_on_first_use=True,
    )
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _completed],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _text],
        )
    )
    logging.basicConfig(handlers=[output], level=max(_LEVELS[level], logging.WARNING), force=True)


def where(error: BaseException) -> str:
    """The place an exception came from, as `file:line`; its text may quote what a person wrote."""
    traceback = error.__traceback__
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}"


class _Lines(structlog.BoundLoggerBase):
    """What modules of ours log, each line in one go: structlog's own chain takes longer than writing does."""

    least = logging.DEBUG

    def debug(self, event: str, **told: Any) -> None:
        self._write("debug", logging.DEBUG, event, told)

    def info(self, event: str, **told: Any) -> None:
        self._write("info", logging.INFO, event, told)

    def warning(self, event: str, **told: Any) -> None:
        self._write("warning", logging.WARNING, event, told)

    def error(self, event: str, **told: Any) -> None:
        self._write("error", logging.ERROR, event, told)

    def exception(self, event: str, **told: Any) -> None:
        self._write("exception", logging.ERROR, event, {"exc_info": True, **told})

    def _write(self, method: str, level: int, event: str, told: dict[str, Any]) -> None:
        if level >= self.least:
            line: MutableMapping[str, Any] = {**self._context, **told, "event": event}
            self._logger.write(_bytes(None, method, _completed(None, method, line)) + b"\n")
            self._logger.flush()


def _completed(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What every line has: the request, the level and the instant; of an exception only its type and place.

    One function in place of four of structlog's, which would take as long as all else that is written of a request.
    """
    request_id = REQUEST_ID.get()
    if request_id is not None:
        event.setdefault("request_id", request_id)
    event["level"] = _LEVEL_NAMES.get(method, method)
    event["timestamp"] = system_clock()
    if "exc_info" in event:
        _type_only(event)
    return event


def _type_only(event: MutableMapping[str, Any]) -> None:
    info = event.pop("exc_info")
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        event["at"] = where(error)


def _bytes(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> bytes:
    return orjson.dumps(event, default=str, option=orjson.OPT_UTC_Z)


def _text(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    return _bytes(logger, method, event).decode()
