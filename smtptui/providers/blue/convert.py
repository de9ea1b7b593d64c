"""Blue's records to credentials, drafts and changes to Blue's inputs. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.change import Change, Clear, Draft, Set
from smtptui.model.credential import Credential, PasswordState
from smtptui.model.errors import ProtocolBrokenError
from smtptui.model.fields import infer_security
from smtptui.model.json_value import Json
from smtptui.model.timestamps import normalise_timestamp
from smtptui.model.verification import Opinion, Status, Verification
from smtptui.providers.blue.wire import WIRE_NAMES
from smtptui.providers.kit.values import read_text

VERIFIED_DETAIL = "Blue connected and logged in."
FAILED_DETAIL = "Blue's latest attempt failed; Blue does not say when."
UNTRIED_DETAIL = "Blue accepted an update without verifying the record again; this is its earlier success."


def to_credential(wire: object, account: str) -> Credential:
    """Convert a record of Blue. Raises ProtocolBrokenError when it has no id."""
    record = wire if isinstance(wire, Mapping) else {}
    port = record.get("port")
    port = port if isinstance(port, int) and not isinstance(port, bool) else None
    native: dict[str, Json] = {}
    if isinstance(record.get("uid"), str):
        native["uid"] = record["uid"]
    return Credential(
        account=account,
        provider="blue",
        id=record_id(record),
        host=read_text(record.get("host")),
        port=port,
        security=infer_security(port),
        security_inferred=True,
        auth="password",
        username=read_text(record.get("username")),
        password=PasswordState.READABLE,
        from_email=read_text(record.get("senderEmail")),
        from_name=read_text(record.get("senderName")),
        verification=Verification(provider=to_opinion(record.get("verifiedAt"))),
        created_at=normalise_timestamp(record.get("createdAt")),
        updated_at=normalise_timestamp(record.get("updatedAt")),
        native=native,
    )


def record_id(wire: object) -> str:
    """Return the id of a record. Raises ProtocolBrokenError when there is none."""
    id = wire.get("id") if isinstance(wire, Mapping) else None
    if not isinstance(id, str) or not id:
        raise ProtocolBrokenError("Blue sent a credential without an id.")
    return id


def to_opinion(verified_at: object) -> Opinion:
    """Return Blue's opinion: `verifiedAt` is the last success, null once the latest attempt failed."""
    if verified_at is None:
        return Opinion(Status.FAILED, None, FAILED_DETAIL)
    at = normalise_timestamp(verified_at)
    if at is None:
        return Opinion(Status.UNKNOWN, None, "Blue sent an invalid time of verification.")
    return Opinion(Status.VERIFIED, at, VERIFIED_DETAIL)


def to_create(draft: Draft, company: str) -> dict[str, Json]:
    """Build the input of a create from a checked draft with a password."""
    assert draft.password is not None
    wire: dict[str, Json] = {"companyId": company}
    wire.update({WIRE_NAMES[name]: value for name, value in draft.values.items() if name in WIRE_NAMES})
    wire["password"] = draft.password.reveal()
    return wire


def to_update(id: str, change: Change) -> dict[str, Json]:
    """Build the input of an update: the changed fields only. Clear sends null, Keep sends nothing."""
    wire: dict[str, Json] = {"id": id}
    wire.update({WIRE_NAMES[name]: value for name, value in change.values.items() if name in WIRE_NAMES})
    if isinstance(change.password, Set):
        wire["password"] = change.password.secret.reveal()
    elif isinstance(change.password, Clear):
        wire["password"] = None
    return wire


def to_verify(draft: Draft) -> dict[str, Json]:
    """Build the input of a verification of a draft."""
    assert draft.password is not None
    return {
        **{name: draft.values[name] for name in ("host", "port", "username")},
        "password": draft.password.reveal(),
    }
