"""Renders the verdict of a probe for a person: 80 columns, no colour."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.cli.render.cells import cell_width, wrap
from smtptui.model.display import printable
from smtptui.model.fields import infer_security
from smtptui.presentation.verdicts import verdict_facts
from smtptui.probe.stages import Stage, StageState
from smtptui.probe.target import ProbeTarget
from smtptui.probe.verdict import Verdict

WIDTH = 80
SECURITY_NAMES = {"tls": "TLS", "starttls": "STARTTLS", "none": "in clear"}
STAGE_NAMES = {
    "banner": "hello",
    "ehlo": "ehlo",
    "ehlo2": "ehlo",
    "auth": "login",
    "mail": "sender",
    "rcpt": "to",
    "rset": "reset",
    "data": "mail",
    "quit": "bye",
}
"""Names for stages whose name in JSON says less to a person."""
STATE_WORDS = {
    StageState.OK: "",
    StageState.WARN: "WARN",
    StageState.FAIL: "FAIL",
    StageState.SKIPPED: "skip",
}
SHOWN_ABOVE = frozenset({"Server said", "Verdict", "Address"})
"""Facts that the heading and the stages show already."""
LABEL_WIDTH = 17


def verdict_lines(target: ProbeTarget, verdict: Verdict) -> Iterator[str]:
    """Yield the server and the verdict, a line per stage, then the cause and what to do."""
    yield from _heading(target, verdict)
    for stage in verdict.stages:
        if stage.state is not StageState.NOT_REACHED:
            yield from _stage_lines(stage)
    for label, text in verdict_facts(verdict):
        if label not in SHOWN_ABOVE:
            yield from _hang(f"  {label + ':':<{LABEL_WIDTH}} ", text)


def transcript_lines(verdict: Verdict) -> Iterator[str]:
    """Yield the transcript: `~` over TLS, `-` in clear; `>` ours, `<` the server's, `*` a note."""
    yield ""
    for said in verdict.transcript:
        yield from _hang(f"{'~' if said.encrypted else '-'}{said.mark} ", said.text)


def _heading(target: ProbeTarget, verdict: Verdict) -> Iterator[str]:
    security = target.security or infer_security(target.port) or "starttls"
    host = f"[{target.host}]" if ":" in target.host and not target.host.startswith("[") else target.host
    user = f"  user {target.username}" if target.username is not None else ""
    server = printable(f"{host}:{target.port}  {SECURITY_NAMES.get(security, security)}{user}", None)
    outcome = f"{str(verdict.status).upper()}  {verdict.id}"
    gap = WIDTH - cell_width(server) - cell_width(outcome)
    if gap >= 2:
        yield server + " " * gap + outcome
        return
    yield from wrap(server, WIDTH, broken=True)
    yield outcome.rjust(WIDTH)


def _stage_lines(stage: Stage) -> Iterator[str]:
    time = "" if stage.ms is None else f"{stage.ms:.0f} ms"
    name = STAGE_NAMES.get(stage.name, stage.name)
    yield from _hang(f"  {name:<8} {time:>9}  {STATE_WORDS.get(stage.state, ''):<4}  ", stage.text)


def _hang(start: str, text: str) -> Iterator[str]:
    """Yield `start` and the text, whose further lines are indented to where the first one began."""
    for number, line in enumerate(wrap(printable(text, None), WIDTH - len(start), broken=True)):
        yield ((" " * len(start) if number else start) + line).rstrip()
