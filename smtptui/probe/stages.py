"""The stages of a probe, in order, with what happened in each."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from smtptui.model.display import printable
from smtptui.model.json_value import Json


class StageState(StrEnum):
    RUNNING = "running"
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"


class Stage(NamedTuple):
    """`ms` is milliseconds, None when the stage did not run; `text` is the cleaned answer of the server or ours."""

    name: str
    state: StageState
    ms: float | None = None
    code: int | None = None
    enhanced: str | None = None
    text: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "state": str(self.state),
            "ms": self.ms,
            "code": self.code,
            "enhanced": self.enhanced,
            "text": self.text,
        }


def plan_stages(security: str, *, login: bool, sender: bool, send_test: bool) -> tuple[str, ...]:
    """The stages that a probe is going to have if nothing goes wrong."""
    opening = {
        "tls": ("dns", "tcp", "tls", "banner", "ehlo"),
        "starttls": ("dns", "tcp", "banner", "ehlo", "starttls", "tls", "ehlo2"),
        "none": ("dns", "tcp", "banner", "ehlo"),
    }[security]
    envelope = ("mail", "rcpt", "data") if send_test else ("mail", "rcpt", "rset") if sender else ()
    return (*opening, *(("auth",) if login else ()), *envelope, "quit")


class StageLog:
    """What happened so far. `on_stage` hears of every start (state `running`) and every end."""

    def __init__(
        self, names: tuple[str, ...], clock: Callable[[], float], on_stage: Callable[[Stage], None] | None
    ) -> None:
        self._done: dict[str, Stage | None] = dict.fromkeys(names)
        self._clock, self._on_stage = clock, on_stage
        self._started = 0.0
        self.current: str | None = None

    def start(self, name: str) -> None:
        self.current = name
        self._started = self._clock()
        if self._on_stage is not None:
            self._on_stage(Stage(name, StageState.RUNNING))

    def end(
        self,
        state: StageState,
        text: str = "",
        *,
        code: int | None = None,
        enhanced: str | None = None,
    ) -> None:
        """Close the stage under way; without one, nothing happens."""
        if self.current is None:
            return
        ms = None if state is StageState.SKIPPED else round((self._clock() - self._started) * 1000, 2)
        stage = Stage(self.current, state, ms, code, enhanced, printable(text))
        self._done[self.current] = stage
        self.current = None
        if self._on_stage is not None:
            self._on_stage(stage)

    def stages(self) -> tuple[Stage, ...]:
        return tuple(stage or Stage(name, StageState.NOT_REACHED) for name, stage in self._done.items())
