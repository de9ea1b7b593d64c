"""`smtptui edit`: only what is named changes."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.field_options import (
    parse_cleared_fields,
    parse_field_options,
    parse_native_options,
    password_reference,
)
from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import confirm, is_interactive
from smtptui.cli.framework.signals import INTERRUPTS, finish_write
from smtptui.cli.framework.workspace import open_workspace
from smtptui.cli.render.stored import print_stored
from smtptui.model.change import Clear, Keep, PasswordChange, Set
from smtptui.model.errors import SecretMissingError, UsageError
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.edit import collect_edit_warnings, edit
from smtptui.workspace.credentials.form_input import parse_change, place_password_reference
from smtptui.workspace.credentials.show import show


def run(call: Invocation) -> int:
    return INTERRUPTS.run(_edit(call))


async def _edit(call: Invocation) -> int:
    texts, native, clear = (
        parse_field_options(call),
        parse_native_options(call),
        parse_cleared_fields(call.words("clear")),
    )
    reference = password_reference(call)
    clear_password = call.flag("clear_password") or "password" in clear
    if clear_password and reference is not None:
        raise UsageError("The password cannot be both set and cleared.", hint="Say one of the two.")
    if not (texts or native or clear or clear_password or reference is not None):
        raise UsageError(
            "There is nothing to change.", hint="Name a field and its new value, or --clear FIELD."
        )
    plain = tuple(name for name in clear if name != "password")
    async with open_workspace(call) as ws:
        address = ws.parse_address(call.text("address") or "")
        capabilities = ws.capabilities(address[0])
        ws.refuse_if_read_only(address[0], "update")
        native, reference = place_password_reference(capabilities, native, reference, clear=clear_password)
        asked: PasswordChange = Clear() if clear_password and not capabilities.at_rest else Keep()
        # Everything that can be refused is refused before a password is asked for or the network used.
        change = parse_change(capabilities, texts, clear=plain, native=native, password=asked)
        if reference is not None:
            asked = await _password(ws, reference)
            change = parse_change(capabilities, texts, clear=plain, native=native, password=asked)
        credential = await show(ws, address)
        warnings = collect_edit_warnings(ws, credential, change)
        if warnings and is_interactive():
            confirm(call.output, warnings, "Change it?", hint="Give the password too, with --password-from.")
        else:
            for warning in warnings:
                call.output.warn(warning)
        try:
            stored = await finish_write(edit(ws, credential, change))
        except SecretMissingError as missing:
            if not (capabilities.whole_record and isinstance(asked, Keep) and is_interactive()):
                raise
            call.output.write_error(missing.message)
            again = await _password(ws, "prompt:")
            change = parse_change(capabilities, texts, clear=plain, native=native, password=again)
            stored = await finish_write(edit(ws, credential, change))
        print_stored(call, stored, ws.now())
    return ExitStatus.DONE


async def _password(ws: Workspace, reference: str) -> Set:
    return Set(await ws.resolve_secret(reference, what="password to store"))
