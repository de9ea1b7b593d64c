"""Renders credentials for a person: a table per account, lines for a single one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.output import Output
from smtptui.cli.render.columns import TableColumn, format_table
from smtptui.cli.render.errors import print_error
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.credential import Credential
from smtptui.model.fields import FIELDS
from smtptui.model.json_value import Json
from smtptui.model.timestamps import age_at, format_age
from smtptui.model.verification import Status, Verification
from smtptui.presentation.opinions import PASSWORD_TEXTS, format_verification, opinion_spans, summary_spans
from smtptui.presentation.values import to_plain_text
from smtptui.workspace.credentials.events import AccountRead, Stored

LIST_COLUMNS = (
    TableColumn("ID", is_whole=True),
    TableColumn("NAME", min_width=6),
    TableColumn("SERVER", min_width=12),
    TableColumn("VERIFIED", min_width=12),
)
ListRow = tuple[str, str, str, str]


def list_row(credential: Credential, now: datetime) -> ListRow:
    """Return the cells of one credential; small, so that many can be kept until the widths are known."""
    server = f"{credential.host}:{credential.port}" if credential.host else "-"
    name = credential.name or credential.from_email or credential.username or "-"
    return credential.id, name, server, format_verification(credential, now)


def list_lines(rows: Sequence[ListRow], width: int) -> Iterator[str]:
    yield from format_table(LIST_COLUMNS, rows, width)


def credential_lines(credential: Credential, now: datetime) -> Iterator[str]:
    """Yield every field that has a value, with its label."""
    width = max(len(field.label) for field in FIELDS)
    for field in FIELDS:
        value = credential.get(field.name)
        if field.name == "security_inferred" or value is None:
            continue
        if isinstance(value, Verification):
            yield from _opinion_lines(value, now, width)
        elif field.name == "native":
            for key, item in credential.native.items():
                if item is None:
                    continue
                yield f"{key:<{width}}  {item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)}"
        else:
            yield f"{field.label:<{width}}  {_format_value(credential, field.name, value)}"


def _format_value(credential: Credential, name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "password":
        return PASSWORD_TEXTS[credential.password]
    if name == "security" and credential.security_inferred:
        return f"{value} (inferred from the port)"
    return str(value)


def _opinion_lines(verification: Verification, now: datetime, width: int) -> Iterator[str]:
    yield f"{'Verified':<{width}}  {to_plain_text(summary_spans(verification, now))}".rstrip()
    for source, opinion in (("by the provider", verification.provider), ("by our probe", verification.probe)):
        if opinion.status in (Status.VERIFIED, Status.FAILED) or opinion.detail:
            for line in to_plain_text(opinion_spans(source, opinion, now)).split("\n"):
                yield f"{'':<{width}}  {line}"


def print_credential(
    invocation: Invocation, credential: Credential, now: datetime, *, password: str | None = None
) -> None:
    """Print the credential on stdout. `password` is the only secret that is ever written there."""
    output = invocation.output
    if invocation.is_json:
        body: dict[str, Json] = {"credential": credential.to_json()}
        if password is not None:
            body["revealed"] = password
        write_envelope(output, body)
        return
    for line in credential_lines(credential, now):
        output.write_line(line)
    if password is not None:
        output.write_line(password)


def print_stored(invocation: Invocation, stored: Stored, now: datetime) -> None:
    """Print the stored record on stdout, and its warnings on stderr."""
    for warning in stored.warnings:
        invocation.output.warn(warning)
    print_credential(invocation, stored.credential, now)


def report_account(output: Output, account: AccountRead, now: datetime) -> None:
    """Print on stderr what the reader of a listing must know about one account: its error, or what limits it."""
    if account.error is not None:
        print_error(output, account.error)
        return
    remarks = []
    if account.stale_since:
        span = age_at(account.stale_since, now)
        remarks.append(
            f"read {format_age(span)} ago" if span is not None else f"read at {account.stale_since}"
        )
    if not account.complete:
        remarks.append("not complete")
    if account.note:
        remarks.append(account.note)
    if remarks:
        output.note(f"Note: {account.account}: {'; '.join(remarks)}")
