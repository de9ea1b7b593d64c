"""What to say of a record that has just been stored."""

from __future__ import annotations

from smtptui.model.credential import Credential
from smtptui.model.verification import Status
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.events import Stored
from smtptui.workspace.verification.probe_opinions import attach_probe_opinions


def record_stored(ws: Workspace, credential: Credential, *warnings: str) -> Stored:
    """The record, with a warning when the provider could not log in with it."""
    ws.update_snapshot(credential)
    (credential,) = attach_probe_opinions(ws, [credential])
    said = credential.verification.provider
    told = list(warnings)
    if said.status is Status.FAILED:
        reason = f": {said.detail.removesuffix('.')}" if said.detail else ""
        told.append(f"{credential.address} is stored, but it was not verified{reason}.")
    return Stored(credential, tuple(told))
