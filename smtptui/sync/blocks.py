"""The blocks of a plan: why a step cannot be done, and what would let it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from smtptui.model.admission import NOTHING_SENT
from smtptui.model.capability import Capabilities
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.model.errors import SmtptuiError
from smtptui.model.fields import FIELDS_BY_NAME
from smtptui.sync.labels import join_names
from smtptui.sync.plan import Block


def password_needed(record: Credential, target: Capabilities) -> Block:
    """Says which reference would unblock it: the line of `[passwords]` is meant to be copied."""
    key = f"{record.username}@{record.host.lower()}" if record.username and record.host else record.address
    line = f'{json.dumps(key, ensure_ascii=False)} = "env:NAME"'
    return Block(
        "password_needed",
        f"The password of {record.address} cannot be read back, and none is named for it; "
        f"{target.title} needs it.",
        f"Write under [passwords] in the configuration: {line}. Or name one with --password-from.",
    )


def ambiguous(found: Sequence[Credential]) -> Block:
    names = [item.address for item in found]
    return Block(
        "ambiguous",
        f"{len(names)} credentials at the target have this login: {join_names(names)}.",
        "Delete or change all but one of them at the target, then plan again.",
    )


def same_identity(first: Credential, target: Capabilities) -> Block:
    return Block(
        "same_identity",
        f"{target.title} could not tell it from {first.address}, which comes first.",
        "Select the one that is meant.",
    )


def single_record(taken: Credential, target: Capabilities) -> Block:
    return Block(
        "single_record",
        f"{target.title} holds one record, and {taken.address} is the one to be there.",
        "Select the one that is meant.",
    )


def not_held_here(record: Credential) -> Block:
    if record.auth == "oauth":
        why = "is logged in to with OAuth, which only its provider holds"
    elif record.host is None or record.port is None:
        why = "has no server of its own"
    else:
        why = "is not editable: its provider holds it"
    return Block("not_held_here", f"{record.address} {why}, so there is no SMTP login to take.")


def refused_by_target(error: SmtptuiError, record: Credential | None = None) -> Block:
    """What a provider would refuse of a source record, in its adapter's words.

    A hint that names a flag of another command is not said, nor one that only tells what the field is.
    """
    hint = error.hint.replace(NOTHING_SENT, "").strip()
    field = FIELDS_BY_NAME.get(error.field or "")
    if "--" in hint or (field is not None and hint == field.help):
        hint = f"Mend {record.address}, then plan again." if record is not None else ""
    return Block("refused", error.message.replace(NOTHING_SENT, "").strip(), hint)


def unsupported_operation(capabilities: Capabilities, what: str) -> Block:
    return Block("unsupported", f"{capabilities.title} {what}.")


def not_editable(record: Credential) -> Block:
    return Block(
        "unsupported", f"{record.address} is not editable: its provider or this login does not allow it."
    )


def read_only(account: str) -> Block:
    return Block(
        "read_only",
        f"{printable(account)} is open for reading only.",
        "Check read_only of the account in the configuration.",
    )


def unknown_record(account: str) -> Block:
    return Block(
        "unknown_record",
        f"What {printable(account)} holds is not known here, and it cannot be read back.",
        f"Write it as a whole: `smtptui create {printable(account)} … --overwrite-unknown`.",
    )


def incomplete_listing(account: str) -> Block:
    return Block(
        "unknown_record",
        f"The listing of {printable(account)} was not complete, so nothing is deleted.",
        "Plan again when it can be read whole.",
    )


def not_linked(record: Credential, target: str) -> Block:
    return Block(
        "not_linked",
        f"{record.address} is not on record as migrated to {printable(target)}, or its record there is gone.",
        "Migrate it first; what is there already is taken on record by that too.",
    )


def another_login(record: Credential, linked: Credential) -> Block:
    return Block(
        "not_linked",
        f"{record.address} was migrated to {linked.address}, which is another login by now.",
        "Migrate it again.",
    )


def not_verified(stored: Credential) -> Block:
    return Block(
        "not_verified",
        f"{stored.address} is not verified: {stored.verification.summary}.",
        f"Verify it first: `smtptui verify {stored.address}`.",
    )


def last_sender(record: Credential, what: str) -> Block:
    return Block(
        "last_sender",
        f"{record.address} is {what} of its account, and stays.",
        f"Make another one the default, or delete it by hand: `smtptui delete {record.address}`.",
    )


def relay_without_password(record: Credential) -> Block:
    return Block("unsupported", f"{record.address} is a relay by address: it has no password to change.")


def unresolved_write(target: str) -> Block:
    return Block(
        "cannot_come_back",
        f"Whether {printable(target)} was written is not known.",
        "Resume the run first: that finds it out.",
    )


def unknown_before_run(target: str) -> Block:
    return Block(
        "cannot_come_back",
        f"What {printable(target)} held before the run is not known, and it cannot be deleted either.",
        "Edit it by hand.",
    )


def former_password_needed(record: Credential) -> Block:
    """The password of a record before the run, or of a deleted one, that nobody has named."""
    return Block(
        "password_needed",
        f"The password of {record.address} before the run cannot be read back, and none is named for it.",
        "Name where it is with --password-from.",
    )


def changed_since(record: Credential, fields: Sequence[str]) -> Block:
    return Block(
        "changed_since",
        f"{record.address} was changed since the run wrote it: {join_names(list(fields))}.",
        "Look at it, and change it by hand if that is meant.",
    )


def gone_since(address: str) -> Block:
    return Block("changed_since", f"{printable(address)} is gone since the run wrote it.")


def changed_by_run(target: str, run: str) -> Block:
    return Block(
        "changed_since",
        f"{target} was changed again by the run {run}, so it stays as that left it.",
        f"Take that run back first: `smtptui undo {run}`.",
    )


def only_copy(target: str, source: str) -> Block:
    return Block(
        "only_copy",
        f"{source}, which it was made from, is gone or is another login by now: {target} may be the only one left.",
        f"If it is to go all the same: `smtptui delete {target}`.",
    )


def source_unreadable(target: str, account: str) -> Block:
    return Block(
        "only_copy",
        f"{printable(account)}, which it was made from, could not be read whole: {target} may be the only one left.",
        f"Undo when it can be read. If it is to go all the same: `smtptui delete {target}`.",
    )


def only_working(target: str, source: str) -> Block:
    return Block(
        "only_copy",
        f"{source}, which it was made from, is known to fail, and {target} works: it may be the only one left.",
        f"Verify {source} again first. If it is to go all the same: `smtptui delete {target}`.",
    )


def edited_since(target: str) -> Block:
    return Block(
        "changed_since",
        f"The login of {target} was edited after the run, so it stays as it is.",
        "Change it by hand if that is meant.",
    )


def unreadable_account(target: str, account: str, reason: str) -> Block:
    return Block(
        "unknown_record",
        f"{printable(account)} could not be read, so {printable(target)} stays as it is: {reason}",
        "Undo again when it can be read; what is taken back by then stays so.",
    )
