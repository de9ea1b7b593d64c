"""`smtptui edit`: change the named fields of one credential and no others."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.field_options import (
    FIELD_OPTIONS,
    NATIVE,
    parse_cleared_fields,
    parse_field_options,
    parse_native_options,
    password_reference,
)
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.operations import complete
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.framework.signals import INTERRUPTS
from smtptui.cli.framework.spec import ADDRESS, JSON, PASSWORD_FROM, Option, Verb
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.credentials import print_stored
from smtptui.model.change import Clear, Keep, PasswordChange, Set
from smtptui.model.errors import SecretMissingError, UsageError
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.edit import collect_edit_warnings, edit
from smtptui.workspace.credentials.form_input import parse_change, place_password_reference
from smtptui.workspace.credentials.show import show

VERB = Verb(
    "edit",
    (ADDRESS,),
    (
        *FIELD_OPTIONS,
        Option(
            "clear", "--clear", "Empty this field; repeatable.", "FIELD", multiple=True, completes="field"
        ),
        PASSWORD_FROM,
        Option("clear_password", "--clear-password", "Remove the stored password."),
        NATIVE,
        JSON,
    ),
)


def run(invocation: Invocation) -> int:
    return INTERRUPTS.run(_edit(invocation))


async def _edit(invocation: Invocation) -> int:
    output = invocation.output
    texts, native = parse_field_options(invocation), parse_native_options(invocation)
    clear = parse_cleared_fields(invocation.words("clear"))
    reference = password_reference(invocation)
    clears_password = invocation.flag("clear_password") or "password" in clear
    if clears_password and reference is not None:
        raise UsageError("The password cannot be both set and cleared.", hint="Use one of the two options.")
    if not (texts or native or clear or clears_password or reference is not None):
        raise UsageError(
            "There is nothing to change.", hint="Name a field and its new value, or --clear FIELD."
        )
    plain = tuple(name for name in clear if name != "password")
    async with open_workspace(invocation) as workspace:
        address = workspace.parse_address(invocation.text("address") or "")
        capabilities = workspace.capabilities(address[0])
        workspace.refuse_if_read_only(address[0], "update")
        native, reference = place_password_reference(capabilities, native, reference, clear=clears_password)
        password: PasswordChange = Clear() if clears_password and not capabilities.at_rest else Keep()
        # Everything that can be refused is refused before a password is asked for or the network used.
        change = parse_change(capabilities, texts, clear=plain, native=native, password=password)
        if reference is not None:
            password = await _resolve_password(workspace, reference)
            change = parse_change(capabilities, texts, clear=plain, native=native, password=password)
        credential = await complete(invocation, show(workspace, address))
        warnings = collect_edit_warnings(workspace, credential, change)
        if warnings and is_interactive():
            confirm(output, warnings, "Change it?", hint="Use --password-from to give the password again.")
        else:
            for warning in warnings:
                output.warn(warning)
        try:
            stored = await complete(invocation, edit(workspace, credential, change), writes=True)
        except SecretMissingError as missing:
            if not (capabilities.whole_record and isinstance(password, Keep) and is_interactive()):
                raise
            output.write_error(missing.message)
            password = await _resolve_password(workspace, "prompt:")
            change = parse_change(capabilities, texts, clear=plain, native=native, password=password)
            stored = await complete(invocation, edit(workspace, credential, change), writes=True)
        print_stored(invocation, stored, workspace.now())
    return ExitStatus.DONE


async def _resolve_password(workspace: Workspace, reference: str) -> Set:
    return Set(await workspace.resolve_secret(reference, what="password to store"))
