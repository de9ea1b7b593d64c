"""`smtptui caps`: what a provider can hold and do, and what is lost between two."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.render.columns import TableColumn, format_table, output_width
from smtptui.cli.render.json_out import write_envelope
from smtptui.model.capability import PASSWORD_FROM, Capabilities, ProviderOperation
from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.fields import WRITABLE_FIELDS
from smtptui.model.nearest import suggest
from smtptui.sync.desired import find_losses
from smtptui.sync.plan import Loss
from smtptui.workspace.core.configuration import provider_capabilities, provider_names

FIELD_COLUMNS = (
    TableColumn("FIELD", is_whole=True),
    TableColumn("ACCESS", is_whole=True),
    TableColumn("NEEDED", is_whole=True),
    TableColumn("NOTE", is_wrapped=True),
)
LOSS_COLUMNS = (TableColumn("FIELD", is_whole=True), TableColumn("WHAT HAPPENS INSTEAD", is_wrapped=True))


def run(call: Invocation) -> int:
    names = call.words("providers")
    if len(names) > 2:
        raise UsageError(
            "caps takes one provider, or two to compare.", hint="smtptui caps [PROVIDER [PROVIDER]]"
        )
    known = provider_names()
    for name in names:
        if name not in known:
            raise UsageError(f"There is no provider {printable(name)!r}.", hint=suggest(name, known))
    told = [provider_capabilities(name) for name in names or known]
    lost = find_losses(told[0], told[1]) if len(names) == 2 else None
    if call.is_json:
        _json(call, told, lost)
    elif lost is not None:
        _losses(call, told, lost)
    elif names:
        _one(call, told[0])
    else:
        _overview(call, told)
    return ExitStatus.DONE


def _json(call: Invocation, told: Sequence[Capabilities], lost: Sequence[Loss] | None) -> None:
    body: dict[str, object] = {"providers": [item.to_json() for item in told]}
    if lost is not None:
        body |= {
            "source": told[0].provider,
            "target": told[1].provider,
            "losses": [{"field": item.field, "fallback": item.fallback} for item in lost],
        }
    write_envelope(call.output, body)


def _overview(call: Invocation, told: Sequence[Capabilities]) -> None:
    columns = (
        TableColumn("PROVIDER", is_whole=True),
        TableColumn("NAME", is_whole=True),
        TableColumn("CAN", is_wrapped=True),
    )
    rows = [
        (
            item.provider,
            item.title,
            ", ".join(str(each).replace("_", " ") for each in sorted(item.operations)),
        )
        for item in told
    ]
    for line in format_table(columns, rows, output_width(sys.stdout)):
        call.output.write_line(line)
    call.output.note(
        "`smtptui caps PROVIDER` shows the fields, `smtptui caps FROM TO` what is lost on the way."
    )


def _one(call: Invocation, told: Capabilities) -> None:
    rows = [
        (field.name, str(at.access), "yes" if at.required else "", at.note)
        for field in WRITABLE_FIELDS
        for at in [told.for_field(field.name)]
    ]
    rows += [
        (f"native.{item.name}", "read-write" if item.wanted else "read-only", "", item.help)
        for item in told.native
    ]
    for line in format_table(FIELD_COLUMNS, rows, output_width(sys.stdout)):
        call.output.write_line(line)
    call.output.write_line()
    about = (
        ("Native fields", "those of every other provider are kept" if told.any_native else ""),
        ("Can", ", ".join(str(each).replace("_", " ") for each in sorted(told.operations))),
        ("Verified by", _verified_by(told)),
        ("Password on edit", ", ".join(sorted(told.password_updates))),
        ("After a deletion", told.delete_consequence),
        ("An empty list", told.empty_note),
    )
    columns = (TableColumn("", is_whole=True), TableColumn("", is_wrapped=True))
    for line in format_table(columns, [row for row in about if row[1]], output_width(sys.stdout)):
        if line:
            call.output.write_line(line)


def _verified_by(told: Capabilities) -> str:
    probe = "our own probe (--method probe)"
    if told.at_rest:
        return f"nobody: nothing sends with it; {probe} can, with the password that {PASSWORD_FROM} leads to"
    if not told.can(ProviderOperation.REVEAL):
        probe += ", with the password that [passwords] names"
    if not told.can(ProviderOperation.VERIFY_STORED):
        return probe
    own = "a real mail that it sends (--send-mail)" if told.verify_sends_mail else "the provider itself"
    return f"{own}; {probe}"


def _losses(call: Invocation, told: Sequence[Capabilities], lost: Sequence[Loss]) -> None:
    if not lost:
        call.output.write_line(f"{told[1].title} can hold everything that {told[0].title} holds.")
        return
    for line in format_table(
        LOSS_COLUMNS, [(item.field, item.fallback) for item in lost], output_width(sys.stdout)
    ):
        call.output.write_line(line)
