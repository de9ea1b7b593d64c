"""`smtptui create`: a credential from the field options."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.field_options import parse_field_options, parse_native_options, password_reference
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.framework.signals import INTERRUPTS, finish_write
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.stored import print_stored
from smtptui.model.capability import Consent
from smtptui.model.errors import ConsentMissingError
from smtptui.workspace.credentials.create import create
from smtptui.workspace.credentials.form_input import parse_draft, place_password_reference


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_create(call))


async def _create(call: Invocation) -> int:
    texts, native = parse_field_options(call), parse_native_options(call)
    reference = password_reference(call)
    async with open_workspace(call) as ws:
        account = call.text("account_name") or ""
        capabilities = ws.capabilities(account)
        ws.refuse_if_read_only(account, "create")
        native, reference = place_password_reference(capabilities, native, reference)
        secret = (
            await ws.resolve_secret(reference, what="password to store") if reference is not None else None
        )
        draft = parse_draft(capabilities, texts, native=native, password=secret)
        consents = frozenset({Consent.OVERWRITE_UNKNOWN} if call.flag("overwrite_unknown") else set())
        try:
            stored = await finish_write(create(ws, account, draft, consents=consents))
        except ConsentMissingError as missing:
            if not is_interactive():
                raise
            confirm(call.output, [missing.message], "Write over it?", hint=missing.hint)
            stored = await finish_write(
                create(ws, account, draft, consents=frozenset({Consent.OVERWRITE_UNKNOWN}))
            )
        print_stored(call, stored, ws.now())
    return ExitStatus.DONE
