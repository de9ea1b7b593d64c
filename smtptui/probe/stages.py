"""The stages of a probe in order, what happened in each, and how long each may take."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

from smtptui.model.display import printable
from smtptui.model.json_value import Json

STAGE_SHARES: Final[dict[str, float]] = {
    "dns": 1 / 3,
    "tcp": 2 / 3,
    "tls": 2 / 3,
    "banner": 4 / 3,  # tarpits and slow name look-ups delay the greeting more than anything else
    "auth": 2.0,  # servers that punish wrong passwords answer after up to 15 s
}
"""Seconds of a stage, divided by `ProbeOptions.timeout`; a stage that is not named has 1."""

PROBE_SHARE = 4.0
SILENCE_SHARE = 1 / 3
"""Without a greeting for this share, a second connection asks whether the port speaks TLS from the start."""

QUIT_SECONDS = 2.0
"""A missing 221 is no fault, and not worth waiting for."""


class StageState(StrEnum):
    RUNNING = "running"
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"


class Stage(NamedTuple):
    """One stage. `ms` is None when it did not run; `text` is the server's reply made printable, or ours."""

    name: str
    state: StageState
    ms: float | None = None
    code: int | None = None
    enhanced: str | None = None
    text: str = ""

    def to_json(self) -> dict[str, Json]:
        return {**self._asdict(), "state": str(self.state)}


def plan_stages(security: str, *, login: bool, sender: bool, send_test: bool) -> tuple[str, ...]:
    """Return the stages of a probe in which nothing fails."""
    opening = {
        "tls": ("dns", "tcp", "tls", "banner", "ehlo"),
        "starttls": ("dns", "tcp", "banner", "ehlo", "starttls", "tls", "ehlo2"),
        "none": ("dns", "tcp", "banner", "ehlo"),
    }[security]
    envelope = ("mail", "rcpt", "data") if send_test else ("mail", "rcpt", "rset") if sender else ()
    return (*opening, *(("auth",) if login else ()), *envelope, "quit")


def stage_timeout(stage: str, timeout: float) -> float:
    return STAGE_SHARES.get(stage, 1.0) * timeout


class StageLog:
    """The stages so far. `on_stage` is called at every start (state `running`) and every end."""

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
        """End the current stage, if there is one."""
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
