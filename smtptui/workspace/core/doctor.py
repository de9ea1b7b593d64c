"""Diagnose the installation: libraries, terminal, state, configuration, secret references."""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Literal, NamedTuple

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


class Diagnostic(NamedTuple):
    """One check and its result. `hint` says what to do."""

    name: str
    state: State
    text: str
    hint: str = ""

    def to_json(self) -> dict[str, Json]:
        return self._asdict()


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
    try:
        ws = Workspace.load(options, ask=ask)
    except SmtptuiError as error:
        return [*diagnostics, *_describe_error(error, "configuration", "configuration")]
    async with ws:
        text = f"{config_path(options)}, {len(ws.config.accounts)} accounts"
        diagnostics.append(Diagnostic("configuration", "ok", text))
        diagnostics += [Diagnostic("configuration", "warning", text) for text in ws.config.warnings]
        diagnostics.append(_describe_probe(ws))
        for name, reference in ws.config.passwords.items():
            what = f"password of {name}"
            diagnostics.append(await _check_reference(ws, reference, what, what, resolve=resolve))
        for name in ws.account_names:
            diagnostics += await _check_account(ws, name, resolve=resolve)
        diagnostics += [Diagnostic("state", "warning", text) for text in ws.state.notices]
    return diagnostics


def _describe_error(error: SmtptuiError, name: str, prefix: str) -> Iterator[Diagnostic]:
    """Yield the error itself, then every problem of a file in its details, named `prefix` and its key."""
    yield Diagnostic(name, "problem", error.message, error.hint)
    for detail in error.details if isinstance(error.details, list) else ():
        if isinstance(detail, Mapping):
            problem, hint = str(detail.get("problem")), str(detail.get("hint") or "")
            yield Diagnostic(f"{prefix} {detail.get('key')}", "problem", problem, hint)


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
    if directory.exists() and stat.S_IMODE(directory.stat().st_mode) & 0o077:
        return Diagnostic("state", "warning", f"{directory} is readable by others", f"chmod 700 {directory}")
    return Diagnostic("state", "ok", str(directory))


def _describe_probe(ws: Workspace) -> Diagnostic:
    settings = ws.config.probe
    trusted = f"the certificates in {settings.ca_file}" if settings.ca_file else "the system's certificates"
    text = f"trusts {trusted}; timeout {settings.timeout:g} s, {settings.per_host} connections per host"
    if settings.resolve:
        text += f", {len(settings.resolve)} addresses redirected by [probe.resolve]"
    return Diagnostic("probe", "ok", text)


async def _check_account(ws: Workspace, name: str, *, resolve: bool) -> list[Diagnostic]:
    config = ws.account_config(name)
    text = f"{config.provider} at {ws.base_url(name) or 'its default URL'}"
    diagnostics = [Diagnostic(f"account {name}", "ok", text)]
    if ws.capabilities(name).at_rest:
        try:
            with guard_provider(ws, name, ProviderOperation.CHECK):
                result = await (await ws.provider(name)).check()
            diagnostics.append(Diagnostic(f"account {name} file", "ok", result.detail))
        except SmtptuiError as error:
            diagnostics += _describe_error(error, f"account {name}", "file")
    for key, value in config.settings.items():
        if isinstance(value, Reference):
            label, what = f"account {name} {key}", f"{key} of account {name}"
            diagnostics.append(await _check_reference(ws, value, label, what, resolve=resolve))
    return diagnostics


async def _check_reference(
    ws: Workspace, reference: Reference, name: str, what: str, *, resolve: bool
) -> Diagnostic:
    if not resolve:
        return Diagnostic(name, "ok", f"from {reference.text} (not read; --resolve tries it)")
    try:
        await ws.secrets.resolve(reference, what=what)
    except SmtptuiError as error:
        return Diagnostic(name, "problem", error.message, error.hint)
    return Diagnostic(name, "ok", f"from {reference.text}")
