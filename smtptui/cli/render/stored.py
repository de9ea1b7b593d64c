"""One credential as the answer of a command."""

from __future__ import annotations

from datetime import datetime

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.render.credentials import credential_lines
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.credential import Credential
from smtptui.model.json_value import Json
from smtptui.workspace.credentials.events import Stored


def print_credential(
    call: Invocation, credential: Credential, now: datetime, *, revealed: str | None = None
) -> None:
    """The credential on stdout; `revealed` is the only password that ever gets there."""
    if call.is_json:
        body: dict[str, Json] = {"credential": credential.to_json()}
        if revealed is not None:
            body["revealed"] = revealed
        write_envelope(call.output, body)
        return
    for line in credential_lines(credential, now):
        call.output.write_line(line)
    if revealed is not None:
        call.output.write_line(revealed)


def print_stored(call: Invocation, stored: Stored, now: datetime) -> None:
    """What is stored now on stdout, what a person should know about it on stderr."""
    for warning in stored.warnings:
        call.output.warn(warning)
    print_credential(call, stored.credential, now)
