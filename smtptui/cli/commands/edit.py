"""`smtptui edit`: only what is named changes."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import Status
from smtptui.cli.framework.field_options import cleared, field_texts, native_values, password_reference
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import agreed, someone_there
from smtptui.cli.framework.signals import INTERRUPTS, finished
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.stored import tell_stored
from smtptui.model.change import Clear, Keep, PasswordChange, Set
from smtptui.model.errors import SecretMissingError, UsageError
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.edit import edit, edit_warnings
from smtptui.workspace.credentials.form_input import change_from, reference_kept
from smtptui.workspace.credentials.show import show


def run(call: Call) -> int:
    return INTERRUPTS.run(_edit(call))


async def _edit(call: Call) -> int:
    texts, native, clear = field_texts(call), native_values(call), cleared(call.words("clear"))
    reference = password_reference(call)
    clear_password = call.flag("clear_password") or "password" in clear
    if clear_password and reference is not None:
        raise UsageError("The password cannot be both set and cleared.", hint="Say one of the two.")
    if not (texts or native or clear or clear_password or reference is not None):
        raise UsageError(
            "There is nothing to change.", hint="Name a field and its new value, or --clear FIELD."
        )
    plain = tuple(name for name in clear if name != "password")
    async with opened(call) as ws:
        address = ws.parse_address(call.text("address") or "")
        capabilities = ws.capabilities(address[0])
        ws.refuse_if_read_only(address[0], "update")
        native, reference = reference_kept(capabilities, native, reference, clear=clear_password)
        asked: PasswordChange = Clear() if clear_password and not capabilities.at_rest else Keep()
        # Everything that can be refused is refused before a password is asked for or the network used.
        change = change_from(capabilities, texts, clear=plain, native=native, password=asked)
        if reference is not None:
            asked = await _password(ws, reference)
            change = change_from(capabilities, texts, clear=plain, native=native, password=asked)
        credential = await show(ws, address)
        warnings = edit_warnings(ws, credential, change)
        if warnings and someone_there():
            agreed(
                call.streams, warnings, "Change it?", instead="Give the password too, with --password-from."
            )
        else:
            for warning in warnings:
                call.streams.warn(warning)
        try:
            stored = await finished(edit(ws, credential, change))
        except SecretMissingError as missing:
            if not (capabilities.whole_record and isinstance(asked, Keep) and someone_there()):
                raise
            call.streams.err(missing.message)
            again = await _password(ws, "prompt:")
            change = change_from(capabilities, texts, clear=plain, native=native, password=again)
            stored = await finished(edit(ws, credential, change))
        tell_stored(call, stored, ws.now())
    return Status.DONE


async def _password(ws: Workspace, reference: str) -> Set:
    return Set(await ws.secret(reference, what="password to store"))
