"""Look at what smtptui stands on, and say what is amiss and how to mend it. Secrets are read only when asked."""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from smtptui import __version__
from smtptui.config import paths
from smtptui.model.capability import Operation
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.secrets.reference import Reference
from smtptui.workspace.core.configuration import config_path
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.provider_guard import contained
from smtptui.workspace.core.workspace import Workspace

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `hint` says what to do where there is something to do."""

    name: str
    state: State
    text: str
    hint: str = ""

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name, "state": self.state, "text": self.text, "hint": self.hint}


async def doctor(
    options: Options, *, resolve: bool = False, ask: Callable[[str], str] | None = None
) -> list[Finding]:
    """Everything worth knowing before asking for help. `resolve` also tries every secret reference."""
    found = [
        Finding("smtptui", "ok", __version__),
        Finding("python", "ok", f"{platform.python_version()} at {sys.executable}"),
        *_extras(),
        *_terminal(os.environ),
        _state(options),
    ]
    path = config_path(options)
    try:
        ws = Workspace.load(options, ask=ask)
    except SmtptuiError as problem:
        found.append(Finding("configuration", "problem", problem.message, problem.hint))
        found.extend(_config_problems(problem, "configuration"))
        return found
    async with ws:
        found.append(Finding("configuration", "ok", f"{path}, {len(ws.config.accounts)} accounts"))
        found += [Finding("configuration", "warning", text) for text in ws.config.warnings]
        found.append(_probe(ws))
        found += [finding async for finding in _passwords(ws, resolve=resolve)]
        for name in ws.account_names:
            found += [finding async for finding in _account(ws, name, resolve=resolve)]
        found += [Finding("state", "warning", text) for text in ws.state.notices]
    return found


def _config_problems(problem: SmtptuiError, where: str) -> Iterator[Finding]:
    if not isinstance(problem.details, list):
        return
    for detail in problem.details:
        if isinstance(detail, Mapping):
            yield Finding(
                f"{where} {detail.get('key')}",
                "problem",
                str(detail.get("problem")),
                str(detail.get("hint") or ""),
            )


def _extras() -> Iterator[Finding]:
    library = "httpx2" if find_spec("httpx2") else "httpx"
    yield Finding(
        "http", "ok", f"the HTTP library in use is {os.environ.get('SMTPTUI_HTTP_LIBRARY', library)}"
    )
    for extra, module, purpose in (
        ("sandbox", "starlette", "the demo and the sandbox"),
        ("keyring", "keyring", "keyring: references"),
    ):
        if find_spec(module):
            yield Finding(f"extra {extra}", "ok", f"installed: {purpose} work")
        else:
            hint = f"pip install 'smtptui[{extra}]'"
            yield Finding(f"extra {extra}", "warning", f"not installed: {purpose} do not work", hint)


def _terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    inside = [
        name
        for name, key in (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_CONNECTION"))
        if environ.get(key)
    ]
    where = f", inside {' and '.join(inside)}" if inside else ""
    yield Finding("terminal", "ok", f"TERM={environ.get('TERM', '')}{where}")
    if environ.get("ASCIINEMA_REC"):
        yield Finding("terminal", "warning", "this session is being recorded", "Reveal no password in it.")


def _state(options: Options) -> Finding:
    directory = paths.state_dir(options.state_dir)
    standing = next(place for place in (directory, *directory.parents) if place.exists())
    if not os.access(standing, os.W_OK):
        return Finding("state", "problem", f"{directory} cannot be written", "Name another with --state-dir.")
    if directory.exists() and _open_to_others(directory):
        return Finding("state", "warning", f"{directory} can be read by others", f"chmod 700 {directory}")
    return Finding("state", "ok", str(directory))


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _probe(ws: Workspace) -> Finding:
    settings = ws.config.probe
    authorities = f"those in {settings.ca_file}" if settings.ca_file else "the system's"
    led = f", {len(settings.resolve)} places led elsewhere by [probe.resolve]" if settings.resolve else ""
    text = f"trusts {authorities}; {settings.timeout:g} s a command, {settings.per_host} at once a host{led}"
    return Finding("probe", "ok", text)


async def _passwords(ws: Workspace, *, resolve: bool) -> AsyncGenerator[Finding, None]:
    for name, reference in ws.config.passwords.items():
        what = f"password of {name}"
        if not resolve:
            yield Finding(what, "ok", f"from {reference.text} (not read; --resolve tries it)")
        else:
            yield await _resolved(ws, reference, what, what)


async def _resolved(ws: Workspace, reference: Reference, name: str, what: str) -> Finding:
    try:
        await ws.secrets.resolve(reference, what=what)
    except SmtptuiError as problem:
        return Finding(name, "problem", problem.message, problem.hint)
    return Finding(name, "ok", f"from {reference.text}")


async def _account(ws: Workspace, name: str, *, resolve: bool) -> AsyncGenerator[Finding, None]:
    config = ws.account_config(name)
    yield Finding(f"account {name}", "ok", f"{config.provider} at {ws.base_url(name) or 'its usual address'}")
    if ws.capabilities(name).at_rest:
        for finding in await _at_rest(ws, name):
            yield finding
    for key, value in config.settings.items():
        if not isinstance(value, Reference):
            continue
        what = f"account {name} {key}"
        if not resolve:
            yield Finding(what, "ok", f"from {value.text} (not read; --resolve tries it)")
            continue
        yield await _resolved(ws, value, what, f"{key} of account {name}")


async def _at_rest(ws: Workspace, name: str) -> list[Finding]:
    """Whether what needs no network to be read can be used."""
    try:
        with contained(ws, name, Operation.CHECK):
            said = await (await ws.provider(name)).check()
    except SmtptuiError as problem:
        return [
            Finding(f"account {name}", "problem", problem.message, problem.hint),
            *_config_problems(problem, "file"),
        ]
    return [Finding(f"account {name} file", "ok", said.detail)]
