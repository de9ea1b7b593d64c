"""`smtptui create`: store a new credential made from the field options."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.field_options import (
    FIELD_OPTIONS,
    NATIVE,
    parse_field_options,
    parse_native_options,
    password_reference,
)
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import complete
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import JSON, OVERWRITE_UNKNOWN, PASSWORD_FROM, Argument, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.credentials import print_stored
from smtptui.model.capability import Consent
from smtptui.model.errors import ConsentMissingError
from smtptui.workspace.credentials.create import create
from smtptui.workspace.credentials.form_input import parse_draft, place_password_reference

VERB = Verb(
    "create",
    (Argument("account_name", "ACCOUNT", completes="account"),),
    (*FIELD_OPTIONS, PASSWORD_FROM, NATIVE, OVERWRITE_UNKNOWN, JSON),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_create(invocation))


async def _create(invocation: Invocation) -> int:
    texts, native = parse_field_options(invocation), parse_native_options(invocation)
    reference = password_reference(invocation)
    async with open_workspace(invocation) as workspace:
        account = invocation.text("account_name") or ""
        capabilities = workspace.capabilities(account)
        workspace.refuse_if_read_only(account, "create")
        native, reference = place_password_reference(capabilities, native, reference)
        password = None
        if reference is not None:
            password = await workspace.resolve_secret(reference, what="password to store")
        draft = parse_draft(capabilities, texts, native=native, password=password)
        overwrite = frozenset({Consent.OVERWRITE_UNKNOWN})
        consents = overwrite if invocation.flag("overwrite_unknown") else frozenset()
        try:
            work = create(workspace, account, draft, consents=consents)
            stored = await complete(invocation, work, writes=True)
        except ConsentMissingError as missing:
            if not is_interactive():
                raise
            confirm(invocation.output, [missing.message], "Overwrite it?", hint=missing.hint)
            work = create(workspace, account, draft, consents=overwrite)
            stored = await complete(invocation, work, writes=True)
        print_stored(invocation, stored, workspace.now())
    return ExitStatus.DONE
