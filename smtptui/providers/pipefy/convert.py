"""Pipefy's records to credentials, drafts and changes to Pipefy's inputs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from smtptui.model.change import Change, Draft, Set
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import ProtocolBrokenError
from smtptui.model.fields import infer_security
from smtptui.model.json_value import Json
from smtptui.model.memory import MemoryNote
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.providers.kit.values import read_text

UNVERIFIED = Opinion(Status.UNKNOWN, None, "Pipefy does not verify; use a probe.")


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender (SmtpCustomEmail) as smtptui last wrote it; Pipefy cannot be asked for it."""

    id: str
    email: str | None
    name: str | None
    at: str | None = None

    def to_note(self) -> dict[str, Json]:
        return {"sender_id": self.id, "email": self.email, "name": self.name}

    @classmethod
    def from_note(cls, note: MemoryNote | None) -> Sender | None:
        """Parse a note; None without a valid one."""
        id = note.body.get("sender_id") if note is not None else None
        if note is None or not isinstance(id, str) or not id:
            return None
        return cls(id, read_text(note.body.get("email")), read_text(note.body.get("name")), note.at)


def to_credential(
    wire: object, account: str, sender: Sender | None = None, *, auth: str | None = None
) -> Credential:
    """Convert a record of Pipefy, with its sender as smtptui last wrote it.

    `auth` is used for responses that do not contain it. Raises ProtocolBrokenError when the record has no id.
    """
    record = wire if isinstance(wire, Mapping) else {}
    id = record_id(record)
    port = parse_port(record.get("port"))
    username = read_text(record.get("username"))
    relay = record.get("ipRelayAuth")
    if isinstance(relay, bool):
        auth = "none" if relay else "password"
    elif auth is None and username is not None:
        auth = "password"
    native: dict[str, Json] = {}
    if record.get("organizationId") is not None:
        native["organizationId"] = str(record["organizationId"])
    if port is None and record.get("port") not in (None, ""):
        native["port"] = str(record["port"])
    default = record.get("defaultSmtp")
    credential = Credential(
        account=account,
        provider="pipefy",
        id=id,
        host=read_text(record.get("host")),
        port=port,
        security=infer_security(port),
        security_inferred=True,
        auth=auth,
        username=username,
        password=_PASSWORD.get(auth, PasswordState.UNKNOWN),
        default=default if isinstance(default, bool) else None,
        verification=Verification(provider=UNVERIFIED),
        native=native,
    )
    return credential if sender is None else with_sender(credential, sender)


_PASSWORD: dict[str | None, PasswordState] = {
    "none": PasswordState.ABSENT,
    "password": PasswordState.STORED,
}


def with_sender(credential: Credential, sender: Sender) -> Credential:
    """Return the credential with a sender."""
    native: dict[str, Json] = {**credential.native}
    if sender.id:
        native["sender_id"] = sender.id
    if sender.at is not None:
        native["sender_written_at"] = sender.at
    return replace(credential, from_email=sender.email, from_name=sender.name, native=native)


def record_id(wire: object) -> str:
    """Return the id of a record. Raises ProtocolBrokenError when there is none."""
    id = wire.get("id") if isinstance(wire, Mapping) else None
    if isinstance(id, int) and not isinstance(id, bool):
        return str(id)
    if not isinstance(id, str) or not id:
        raise ProtocolBrokenError("Pipefy listed a configuration without an id.")
    return id


def parse_port(value: object) -> int | None:
    """Parse a port, which Pipefy sends as a String; None for anything else."""
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        return None
    return int(text) if 1 <= int(text) <= 65535 else None


def to_configuration(draft: Draft, organization: str) -> dict[str, Json]:
    """Build the part that both create inputs share, from a checked draft."""
    wire: dict[str, Json] = {
        "host": draft.get("host"),
        "port": draft.get("port"),
        "organizationId": organization,
        "ipRelayAuth": draft.get("auth") == "none",
    }
    if draft.get("username") is not None:
        wire["username"] = draft.get("username")
    if draft.password is not None:
        wire["password"] = draft.password.reveal()
    return wire


def to_create(draft: Draft, organization: str, *, default: bool) -> dict[str, Json]:
    return {**to_configuration(draft, organization), "defaultSmtp": default}


def to_create_with_sender(draft: Draft, organization: str) -> dict[str, Json]:
    return {
        "senderName": str(draft.get("from_name")),
        "emailAddress": str(draft.get("from_email")),
        "smtpConfiguration": to_configuration(draft, organization),
    }


def to_update(id: str, change: Change) -> dict[str, Json]:
    """Build the input of an update: the changed fields only.

    Becoming the default is not part of it: that is a promotion, which takes several calls.
    """
    wire: dict[str, Json] = {"id": id}
    for name in ("host", "port", "username"):
        if name in change.values:
            wire[name] = change.values[name]
    if change.values.get("default") is False:
        wire["defaultSmtp"] = False
    if isinstance(change.password, Set):
        wire["password"] = change.password.secret.reveal()
    return wire
