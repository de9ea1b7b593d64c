"""The blocks of a plan: why a step cannot be done, and what would unblock it."""

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
    """The hint holds the line of `[passwords]` that unblocks the step, ready to be copied."""
    key = f"{record.username}@{record.host.lower()}" if record.username and record.host else record.address
    line = f'{json.dumps(key, ensure_ascii=False)} = "env:NAME"'
    return Block(
        "password_needed",
        f"The password of {record.address} cannot be read back and no reference to it is configured; "
        f"{target.title} needs it.",
        f"Add under [passwords] in the configuration: {line}. Or use --password-from.",
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
        f"{target.title} cannot tell it from {first.address}, which is migrated instead.",
        "Select only the credential you want there.",
    )


def single_record(taken: Credential, target: Capabilities) -> Block:
    return Block(
        "single_record",
        f"{target.title} holds one record, and this plan stores {taken.address} there.",
        "Select only the credential you want there.",
    )


def not_held_here(record: Credential) -> Block:
    if record.auth == "oauth":
        why = "uses OAuth, and only its provider holds the login"
    elif record.host is None or record.port is None:
        why = "has no SMTP server of its own"
    else:
        why = "is not editable: its provider holds the login"
    return Block("not_held_here", f"{record.address} {why}, so there is no SMTP login to use.")


def refused_by_target(error: SmtptuiError, record: Credential | None = None) -> Block:
    """Block with the adapter's own reason.

    A hint that names another command's flag, or only describes the field, is replaced.
    """
    hint = error.hint.replace(NOTHING_SENT, "").strip()
    field = FIELDS_BY_NAME.get(error.field or "")
    if "--" in hint or (field is not None and hint == field.help):
        hint = f"Fix {record.address}, then plan again." if record is not None else ""
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
        f"{printable(account)} is read-only.",
        "Check read_only of the account in the configuration.",
    )


def unknown_record(account: str) -> Block:
    return Block(
        "unknown_record",
        f"The record of {printable(account)} is unknown, and the provider cannot return it.",
        f"Write the whole record: `smtptui create {printable(account)} … --overwrite-unknown`.",
    )


def incomplete_listing(account: str) -> Block:
    return Block(
        "unknown_record",
        f"The listing of {printable(account)} was incomplete, so nothing is deleted.",
        "Plan again when the listing is complete.",
    )


def not_linked(record: Credential, target: str) -> Block:
    return Block(
        "not_linked",
        f"{record.address} is not on record as migrated to {printable(target)}, or its copy there is gone.",
        "Migrate it first; a copy that is already there is then recorded as migrated.",
    )


def another_login(record: Credential, linked: Credential) -> Block:
    return Block(
        "not_linked",
        f"{record.address} was migrated to {linked.address}, which now holds another login.",
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
        f"{record.address} is {what} of its account, so it is kept.",
        f"Make another credential the default, or delete this one by itself: `smtptui delete {record.address}`.",
    )


def relay_without_password(record: Credential) -> Block:
    return Block("unsupported", f"{record.address} is a relay without a login: it has no password to change.")


def unresolved_write(target: str) -> Block:
    return Block(
        "cannot_come_back",
        f"It is unknown whether {printable(target)} was written.",
        "Resume the run first: that settles it.",
    )


def unknown_before_run(target: str) -> Block:
    return Block(
        "cannot_come_back",
        f"The content of {printable(target)} before the run is unknown, and the record cannot be deleted.",
        "Edit the record yourself.",
    )


def former_password_needed(record: Credential) -> Block:
    return Block(
        "password_needed",
        f"The password that {record.address} had before the run cannot be read back, and no reference to it "
        "is configured.",
        "Use --password-from.",
    )


def changed_since(record: Credential, fields: Sequence[str]) -> Block:
    return Block(
        "changed_since",
        f"{record.address} was changed after the run wrote it: {join_names(list(fields))}.",
        "Check the record, and edit it yourself if it is to change.",
    )


def gone_since(address: str) -> Block:
    return Block("changed_since", f"{printable(address)} was deleted after the run wrote it.")


def changed_by_run(target: str, run: str) -> Block:
    return Block(
        "changed_since",
        f"{target} was changed again by run {run}, so it is left as that run wrote it.",
        f"Undo that run first: `smtptui undo {run}`.",
    )


def only_copy(target: str, source: str) -> Block:
    return Block(
        "only_copy",
        f"{source}, the source of {target}, is gone or holds another login: {target} may be the only copy.",
        f"To delete it anyway: `smtptui delete {target}`.",
    )


def source_unreadable(target: str, account: str) -> Block:
    return Block(
        "only_copy",
        f"{printable(account)}, the source of {target}, could not be read completely: {target} may be the only copy.",
        f"Undo when it can be read. To delete the copy anyway: `smtptui delete {target}`.",
    )


def only_working(target: str, source: str) -> Block:
    return Block(
        "only_copy",
        f"{source}, the source of {target}, fails and {target} works: it may be the only working copy.",
        f"Verify {source} first. To delete the copy anyway: `smtptui delete {target}`.",
    )


def edited_since(target: str) -> Block:
    return Block(
        "changed_since",
        f"The login of {target} was edited after the run, so it is left as it is.",
        "Edit it yourself if it is to change.",
    )


def unreadable_account(target: str, account: str, reason: str) -> Block:
    return Block(
        "unknown_record",
        f"{printable(account)} could not be read, so {printable(target)} is left as it is: {reason}",
        "Undo again when the account can be read; what this undo restores stays restored.",
    )
