"""`smtptui caps`: what a provider can hold and do, and what a migration between two would lose."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import JSON, Argument, Verb
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

VERB = Verb(
    "caps",
    (Argument("providers", "[PROVIDER [PROVIDER]]", required=False, many=True, completes="provider"),),
    (JSON,),
)
FIELD_COLUMNS = (
    TableColumn("FIELD", is_whole=True),
    TableColumn("ACCESS", is_whole=True),
    TableColumn("NEEDED", is_whole=True),
    TableColumn("NOTE", is_wrapped=True),
)
LOSS_COLUMNS = (TableColumn("FIELD", is_whole=True), TableColumn("WHAT HAPPENS INSTEAD", is_wrapped=True))


def run(invocation: Invocation) -> int:
    names = invocation.words("providers")
    if len(names) > 2:
        raise UsageError(
            "caps takes one provider, or two to compare.", hint="smtptui caps [PROVIDER [PROVIDER]]"
        )
    known = provider_names()
    for name in names:
        if name not in known:
            raise UsageError(f"There is no provider {printable(name)!r}.", hint=suggest(name, known))
    providers = [provider_capabilities(name) for name in names or known]
    losses = find_losses(providers[0], providers[1]) if len(names) == 2 else None
    if invocation.is_json:
        _print_json(invocation, providers, losses)
    elif losses is not None:
        _print_losses(invocation, providers, losses)
    elif names:
        _print_provider(invocation, providers[0])
    else:
        _print_overview(invocation, providers)
    return ExitStatus.DONE


def _print_json(
    invocation: Invocation, providers: Sequence[Capabilities], losses: Sequence[Loss] | None
) -> None:
    body: dict[str, object] = {"providers": [item.to_json() for item in providers]}
    if losses is not None:
        body |= {
            "source": providers[0].provider,
            "target": providers[1].provider,
            "losses": [{"field": item.field, "fallback": item.fallback} for item in losses],
        }
    write_envelope(invocation.output, body)


def _print_overview(invocation: Invocation, providers: Sequence[Capabilities]) -> None:
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
        for item in providers
    ]
    for line in format_table(columns, rows, output_width(sys.stdout)):
        invocation.output.write_line(line)
    invocation.output.note(
        "`smtptui caps PROVIDER` shows the fields, `smtptui caps FROM TO` what a migration would lose."
    )


def _print_provider(invocation: Invocation, capabilities: Capabilities) -> None:
    rows = [
        (field.name, str(at.access), "yes" if at.required else "", at.note)
        for field in WRITABLE_FIELDS
        for at in [capabilities.for_field(field.name)]
    ]
    rows += [
        (f"native.{item.name}", "read-write" if item.wanted else "read-only", "", item.help)
        for item in capabilities.native
    ]
    for line in format_table(FIELD_COLUMNS, rows, output_width(sys.stdout)):
        invocation.output.write_line(line)
    invocation.output.write_line()
    about = (
        ("Native fields", "those of every other provider are kept" if capabilities.any_native else ""),
        ("Can", ", ".join(str(each).replace("_", " ") for each in sorted(capabilities.operations))),
        ("Verified by", _describe_verification(capabilities)),
        ("Password on edit", ", ".join(sorted(capabilities.password_updates))),
        ("After a deletion", capabilities.delete_consequence),
        ("An empty list", capabilities.empty_note),
    )
    columns = (TableColumn("", is_whole=True), TableColumn("", is_wrapped=True))
    for line in format_table(columns, [row for row in about if row[1]], output_width(sys.stdout)):
        if line:
            invocation.output.write_line(line)


def _describe_verification(capabilities: Capabilities) -> str:
    probe = "a probe from here (--method probe)"
    if capabilities.at_rest:
        return (
            f"no provider: nothing sends with it; {probe} can, with the password that {PASSWORD_FROM} names"
        )
    if not capabilities.can(ProviderOperation.REVEAL):
        probe += ", with the password that [passwords] names"
    if not capabilities.can(ProviderOperation.VERIFY_STORED):
        return probe
    own = (
        "a real mail that it sends (--send-mail)" if capabilities.verify_sends_mail else "the provider itself"
    )
    return f"{own}; {probe}"


def _print_losses(invocation: Invocation, providers: Sequence[Capabilities], losses: Sequence[Loss]) -> None:
    if not losses:
        invocation.output.write_line(
            f"{providers[1].title} can hold everything that {providers[0].title} holds."
        )
        return
    for line in format_table(
        LOSS_COLUMNS, [(item.field, item.fallback) for item in losses], output_width(sys.stdout)
    ):
        invocation.output.write_line(line)
