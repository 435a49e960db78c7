"""What the server says of itself on standard error: lines for people, or one JSON object a line.

No line holds anything that a customer, a visitor or a ticket said. Of what others log, only the template is shown, with
numbers and hexadecimal ids put in; of an exception its kind and the places in the code, no words and no variables.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from flask import g, has_request_context

from web.watch import INCIDENT, Answered, method, request_id, route, user_name

ours = logging.getLogger("web")
access = logging.getLogger("web.requests")
ROOT = Path(__file__).parent.parent
OURS = ("web", "advisor", "index")
HIDDEN = "…"
HEXADECIMAL = re.compile(r"[0-9a-f]{8,64}")
TOLD = re.compile(r"incident %s\b")  # begins the message of a failure of ours, whose page shows the same number
FRAMES = 30  # places in the code that are named, the innermost ones
CAUSES = 5

Line = dict[str, object]


class LogFormat(StrEnum):
    """How lines look."""

    TEXT = "text"
    JSON = "json"


def log_request(answered: Answered) -> None:
    """One line a request."""
    line: Line = {
        "request": answered.id,
        "method": answered.method,
        "route": answered.route,
        "status": answered.status,
        "ms": round(answered.seconds * 1000, 1),
        "user": answered.user,
        "incident": answered.incident,
    }
    level = logging.ERROR if answered.status >= 500 and answered.incident else logging.INFO
    access.log(level, "request", extra={"line": {name: value for name, value in line.items() if value is not None}})


@contextmanager
def speaking(form: LogFormat, stream: TextIO | None = None) -> Iterator[None]:
    """Let all loggers of this process write to a stream, None = standard error; afterwards they do as before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json() if form is LogFormat.JSON else _Text())
    handler.addFilter(_remember_incident)
    root = logging.getLogger()
    before, hook, level = list(root.handlers), threading.excepthook, ours.level
    root.handlers[:] = [handler]
    ours.setLevel(logging.INFO)
    logging.captureWarnings(True)
    threading.excepthook = _log_thread
    try:
        yield
    finally:
        threading.excepthook = hook
        logging.captureWarnings(False)
        ours.setLevel(level)
        root.handlers[:] = before


def line_of(record: logging.LogRecord) -> Line:
    """What may be told of a log record, ready for JSON."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line: Line = {"at": at.replace("+00:00", "Z"), "level": record.levelname.lower()}
    given = record.__dict__.get("line")
    if isinstance(given, Mapping):
        line |= {"event": str(record.msg)} | dict(given)
    elif (incident := incident_of(record)) is not None:
        line |= {"event": "incident", "incident": incident, "text": said(record)} | _asked()
    else:
        line |= {"event": "message", "logger": record.name, "text": said(record)} | _asked()
    if record.exc_info and record.exc_info[1] is not None:
        line |= _failure(record.exc_info[1])
    return line


def incident_of(record: logging.LogRecord) -> str | None:
    """The number under which a failure of ours is told; None for any other message."""
    if TOLD.match(str(record.msg)) is None or not isinstance(record.args, tuple) or not record.args:
        return None
    return _shown(record.args[0])


def said(record: logging.LogRecord) -> str:
    """The template of a message with what is harmless put in; one that was put together before is not shown at all."""
    template = str(record.msg)
    if record.args:
        values = record.args if isinstance(record.args, tuple) else (record.args,)
        shown = iter([_shown(value) for value in values])
        return re.sub(r"%(?:\([^)]*\))?[-#0 +]*[\d.*]*[a-zA-Z]", lambda found: next(shown, HIDDEN), template)
    if record.name.split(".")[0] in OURS:
        return template
    return f"{record.module}.{record.funcName}:{record.lineno}"


def _shown(value: object) -> str:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) and HEXADECIMAL.fullmatch(value) else HIDDEN


def _asked() -> Line:
    """The request under way."""
    if not has_request_context():
        return {}
    line = {"request": request_id(), "method": method(), "route": route(), "user": user_name()}
    return {name: value for name, value in line.items() if value is not None}


def _failure(error: BaseException) -> Line:
    """Kind and place of an exception and of what caused it."""
    kinds, one = [_kind(error)], error
    while len(kinds) < CAUSES and (cause := one.__cause__ or one.__context__) is not None:
        kinds.append(_kind(cause))
        one = cause
    frames = [
        f"{_place(frame.f_code.co_filename)}:{number} {frame.f_code.co_name}"
        for frame, number in traceback.walk_tb(error.__traceback__)
    ]
    line: Line = {"error": kinds[0], "frames": frames[-FRAMES:]}
    return line | ({"caused_by": kinds[1:]} if len(kinds) > 1 else {})


def _kind(error: BaseException) -> str:
    """`OSError(28)`, `sqlite3.OperationalError(SQLITE_BUSY)`: the number or name that the system gives, no words."""
    module = type(error).__module__
    name = type(error).__qualname__ if module == "builtins" else f"{module}.{type(error).__qualname__}"
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "errno", None)
    return f"{name}({code})" if isinstance(code, int | str) else name


def _place(file: str) -> str:
    """A file of ours below the project, one of a library below its own folder."""
    path = Path(file)
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return path.relative_to(ROOT).as_posix()
    return "/".join(path.parts[-3:]).removeprefix("site-packages/")


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(line_of(record), ensure_ascii=False, default=str)


class _Text(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        line = line_of(record)
        frames = line.pop("frames", [])
        head = f"{line.pop('at')} {line.pop('level'):<7} {line.pop('event')}"
        rest = " ".join(f"{name}={value}" for name, value in line.items())
        return "\n    ".join([f"{head} {rest}", *(frames if isinstance(frames, list) else [])])


def _remember_incident(record: logging.LogRecord) -> bool:
    """Keep the incident's id for the line of its request."""
    incident = incident_of(record)
    if has_request_context() and incident is not None:
        setattr(g, INCIDENT, incident)
    return True


def _log_thread(failed: threading.ExceptHookArgs) -> None:
    """A thread that ends by an exception says so like everybody else."""
    error = failed.exc_value
    if error is not None and not isinstance(error, SystemExit):
        ours.error("a thread failed", exc_info=error)
