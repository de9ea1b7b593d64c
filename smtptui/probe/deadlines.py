"""How long each stage may take, as shares of `Options.timeout`."""

from __future__ import annotations

from typing import Final

STAGE_SHARES: Final[dict[str, float]] = {
    "dns": 1 / 3,
    "tcp": 2 / 3,
    "tls": 2 / 3,
    "banner": 4 / 3,  # tarpits and slow name look-ups delay the greeting more than anything else
    "auth": 2.0,  # servers that punish wrong passwords answer after up to 15 s
}
"""Seconds of a stage, divided by `Options.timeout`; a stage that is not named has 1."""

PROBE_SHARE = 4.0
SILENCE_SHARE = 1 / 3
"""Without a greeting for this share, a second connection asks whether the port speaks TLS from the start."""

QUIT_SECONDS = 2.0
"""A missing 221 is no fault, and not worth waiting for."""


def stage_timeout(stage: str, timeout: float) -> float:
    return STAGE_SHARES.get(stage, 1.0) * timeout
