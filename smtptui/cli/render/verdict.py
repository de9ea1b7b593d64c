"""The verdict of a probe for a person: 80 columns, no colour."""

from __future__ import annotations

from collections.abc import Iterator

from smtptui.cli.render.cells import cell_width, wrap
from smtptui.model.display import printable
from smtptui.model.fields import infer_security
from smtptui.probe.stages import Stage, StageState
from smtptui.probe.target import ProbeTarget
from smtptui.probe.verdict import Verdict

WIDTH = 80
SECURITY = {"tls": "TLS", "starttls": "STARTTLS", "none": "in clear"}
NAMES = {
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
"""How a stage is called where its name in JSON says less."""
WORDS = {StageState.OK: "", StageState.WARN: "WARN", StageState.FAIL: "FAIL", StageState.SKIPPED: "skip"}
LABEL = 15


def verdict_lines(target: ProbeTarget, verdict: Verdict) -> Iterator[str]:
    """The server and the verdict, a line a stage, then what it means and what to do."""
    yield from _head(target, verdict)
    for stage in verdict.stages:
        if stage.state is not StageState.NOT_REACHED:
            yield from _stage(stage)
    guess = " (This is a guess.)" if verdict.guess else ""
    yield from _about("What it means:", verdict.cause + guess)
    yield from _about("What to do:", verdict.remedy)
    if verdict.edit:
        wanted = ", ".join(f"{name} = {value}" for name, value in verdict.edit.items())
        yield from _about("The edit:", f"{wanted} (offered; nothing was changed)")
    for warning in verdict.warnings:
        yield from _about("Mind:", warning)
    yield from _about("Not proven:", "; ".join(verdict.not_proven))


def transcript_lines(verdict: Verdict) -> Iterator[str]:
    """What was said: `~` over TLS, `-` in clear; `>` ours, `<` the server's, `*` a note."""
    yield ""
    for said in verdict.transcript:
        yield from _hanging(f"{'~' if said.encrypted else '-'}{said.mark} ", said.text)


def _head(target: ProbeTarget, verdict: Verdict) -> Iterator[str]:
    security = target.security or infer_security(target.port) or "starttls"
    host = f"[{target.host}]" if ":" in target.host and not target.host.startswith("[") else target.host
    user = f"  user {target.username}" if target.username is not None else ""
    head = printable(f"{host}:{target.port}  {SECURITY.get(security, security)}{user}", None)
    outcome = f"{str(verdict.status).upper()}  {verdict.id}"
    gap = WIDTH - cell_width(head) - cell_width(outcome)
    if gap >= 2:
        yield head + " " * gap + outcome
        return
    yield from wrap(head, WIDTH, broken=True)
    yield outcome.rjust(WIDTH)


def _stage(stage: Stage) -> Iterator[str]:
    took = "" if stage.ms is None else f"{stage.ms:.0f} ms"
    start = f"  {NAMES.get(stage.name, stage.name):<8} {took:>9}  {WORDS.get(stage.state, ''):<4}  "
    yield from _hanging(start, stage.text)


def _about(label: str, text: str) -> Iterator[str]:
    if text:
        yield from _hanging(f"  {label:<{LABEL}} ", text)


def _hanging(start: str, text: str) -> Iterator[str]:
    for number, line in enumerate(wrap(printable(text, None), WIDTH - len(start), broken=True)):
        yield ((" " * len(start) if number else start) + line).rstrip()
