"""Diagnose the installation: libraries, terminal, state, configuration, secret references."""

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
from smtptui.model.capability import ProviderOperation
from smtptui.model.errors import SmtptuiError
from smtptui.model.json_value import Json
from smtptui.secrets.reference import Reference
from smtptui.workspace.core.configuration import config_path
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.provider_guard import guard_provider
from smtptui.workspace.core.workspace import Workspace

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One check and its result. `hint` says what to do."""

    name: str
    state: State
    text: str
    hint: str = ""

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name, "state": self.state, "text": self.text, "hint": self.hint}


async def diagnose(
    options: Options, *, resolve: bool = False, ask: Callable[[str], str] | None = None
) -> list[Diagnostic]:
    """Run every check. `resolve` also resolves every secret reference."""
    diagnostics = [
        Diagnostic("smtptui", "ok", __version__),
        Diagnostic("python", "ok", f"{platform.python_version()} at {sys.executable}"),
        *_check_extras(),
        *_check_terminal(os.environ),
        _check_state_directory(options),
    ]
    path = config_path(options)
    try:
        ws = Workspace.load(options, ask=ask)
    except SmtptuiError as problem:
        diagnostics.append(Diagnostic("configuration", "problem", problem.message, problem.hint))
        diagnostics.extend(_list_config_problems(problem, "configuration"))
        return diagnostics
    async with ws:
        diagnostics.append(Diagnostic("configuration", "ok", f"{path}, {len(ws.config.accounts)} accounts"))
        diagnostics += [Diagnostic("configuration", "warning", text) for text in ws.config.warnings]
        diagnostics.append(_describe_probe(ws))
        diagnostics += [diagnostic async for diagnostic in _check_passwords(ws, resolve=resolve)]
        for name in ws.account_names:
            diagnostics += [diagnostic async for diagnostic in _check_account(ws, name, resolve=resolve)]
        diagnostics += [Diagnostic("state", "warning", text) for text in ws.state.notices]
    return diagnostics


def _list_config_problems(problem: SmtptuiError, where: str) -> Iterator[Diagnostic]:
    if not isinstance(problem.details, list):
        return
    for detail in problem.details:
        if isinstance(detail, Mapping):
            yield Diagnostic(
                f"{where} {detail.get('key')}",
                "problem",
                str(detail.get("problem")),
                str(detail.get("hint") or ""),
            )


def _check_extras() -> Iterator[Diagnostic]:
    library = "httpx2" if find_spec("httpx2") else "httpx"
    yield Diagnostic(
        "http", "ok", f"using the HTTP library {os.environ.get('SMTPTUI_HTTP_LIBRARY', library)}"
    )
    for extra, module, purpose in (
        ("sandbox", "starlette", "the demo and the sandbox"),
        ("keyring", "keyring", "keyring: references"),
    ):
        if find_spec(module):
            yield Diagnostic(f"extra {extra}", "ok", f"installed: {purpose} work")
        else:
            hint = f"pip install 'smtptui[{extra}]'"
            yield Diagnostic(f"extra {extra}", "warning", f"not installed: {purpose} do not work", hint)


def _check_terminal(environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    layers = [
        name
        for name, key in (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_CONNECTION"))
        if environ.get(key)
    ]
    where = f", inside {' and '.join(layers)}" if layers else ""
    yield Diagnostic("terminal", "ok", f"TERM={environ.get('TERM', '')}{where}")
    if environ.get("ASCIINEMA_REC"):
        yield Diagnostic(
            "terminal", "warning", "this session is being recorded", "Do not reveal passwords in it."
        )


def _check_state_directory(options: Options) -> Diagnostic:
    directory = paths.find_state_dir(options.state_dir)
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        return Diagnostic(
            "state", "problem", f"{directory} cannot be written", "Choose another directory with --state-dir."
        )
    if directory.exists() and _is_open_to_others(directory):
        return Diagnostic("state", "warning", f"{directory} is readable by others", f"chmod 700 {directory}")
    return Diagnostic("state", "ok", str(directory))


def _is_open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _describe_probe(ws: Workspace) -> Diagnostic:
    settings = ws.config.probe
    authorities = (
        f"the certificates in {settings.ca_file}" if settings.ca_file else "the system's certificates"
    )
    redirected = (
        f", {len(settings.resolve)} addresses redirected by [probe.resolve]" if settings.resolve else ""
    )
    text = f"trusts {authorities}; timeout {settings.timeout:g} s, {settings.per_host} connections per host{redirected}"
    return Diagnostic("probe", "ok", text)


async def _check_passwords(ws: Workspace, *, resolve: bool) -> AsyncGenerator[Diagnostic, None]:
    for name, reference in ws.config.passwords.items():
        what = f"password of {name}"
        if not resolve:
            yield Diagnostic(what, "ok", f"from {reference.text} (not read; --resolve tries it)")
        else:
            yield await _resolve_reference(ws, reference, what, what)


async def _resolve_reference(ws: Workspace, reference: Reference, name: str, what: str) -> Diagnostic:
    try:
        await ws.secrets.resolve(reference, what=what)
    except SmtptuiError as problem:
        return Diagnostic(name, "problem", problem.message, problem.hint)
    return Diagnostic(name, "ok", f"from {reference.text}")


async def _check_account(ws: Workspace, name: str, *, resolve: bool) -> AsyncGenerator[Diagnostic, None]:
    config = ws.account_config(name)
    yield Diagnostic(
        f"account {name}", "ok", f"{config.provider} at {ws.base_url(name) or 'its default URL'}"
    )
    if ws.capabilities(name).at_rest:
        for diagnostic in await _check_file_account(ws, name):
            yield diagnostic
    for key, value in config.settings.items():
        if not isinstance(value, Reference):
            continue
        what = f"account {name} {key}"
        if not resolve:
            yield Diagnostic(what, "ok", f"from {value.text} (not read; --resolve tries it)")
            continue
        yield await _resolve_reference(ws, value, what, f"{key} of account {name}")


async def _check_file_account(ws: Workspace, name: str) -> list[Diagnostic]:
    """Read an account that needs no network."""
    try:
        with guard_provider(ws, name, ProviderOperation.CHECK):
            result = await (await ws.provider(name)).check()
    except SmtptuiError as problem:
        return [
            Diagnostic(f"account {name}", "problem", problem.message, problem.hint),
            *_list_config_problems(problem, "file"),
        ]
    return [Diagnostic(f"account {name} file", "ok", result.detail)]
