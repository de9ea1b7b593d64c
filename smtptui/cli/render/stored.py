"""One credential as the answer of a command."""

from __future__ import annotations

from datetime import datetime

from smtptui.cli.framework.invocation import Call
from smtptui.cli.render.credentials import credential_lines
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.credential import Credential
from smtptui.model.json_value import Json
from smtptui.workspace.credentials.events import Stored


def tell_credential(
    call: Call, credential: Credential, now: datetime, *, revealed: str | None = None
) -> None:
    """The credential on stdout; `revealed` is the only password that ever gets there."""
    if call.json:
        body: dict[str, Json] = {"credential": credential.to_json()}
        if revealed is not None:
            body["revealed"] = revealed
        write_envelope(call.streams, body)
        return
    for line in credential_lines(credential, now):
        call.streams.line(line)
    if revealed is not None:
        call.streams.line(revealed)


def tell_stored(call: Call, stored: Stored, now: datetime) -> None:
    """What is stored now on stdout, what a person should know about it on stderr."""
    for warning in stored.warnings:
        call.streams.warn(warning)
    tell_credential(call, stored.credential, now)
