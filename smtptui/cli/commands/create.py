"""`smtptui create`: a credential from the field options."""

from __future__ import annotations

from smtptui.cli.framework.exit_status import Status
from smtptui.cli.framework.field_options import field_texts, native_values, password_reference
from smtptui.cli.framework.invocation import Call
from smtptui.cli.framework.prompts import agreed, someone_there
from smtptui.cli.framework.signals import INTERRUPTS, finished
from smtptui.cli.framework.workspace import opened
from smtptui.cli.render.stored import tell_stored
from smtptui.model.consent import Consent
from smtptui.model.errors import ConsentMissingError
from smtptui.workspace.credentials.create import create
from smtptui.workspace.credentials.form_input import draft_from, reference_kept


def run(call: Call) -> int:
    return INTERRUPTS.run(_create(call))


async def _create(call: Call) -> int:
    texts, native = field_texts(call), native_values(call)
    reference = password_reference(call)
    async with opened(call) as ws:
        account = call.text("account_name") or ""
        capabilities = ws.capabilities(account)
        ws.refuse_if_read_only(account, "create")
        native, reference = reference_kept(capabilities, native, reference)
        secret = await ws.secret(reference, what="password to store") if reference is not None else None
        draft = draft_from(capabilities, texts, native=native, password=secret)
        consents = frozenset({Consent.OVERWRITE_UNKNOWN} if call.flag("overwrite_unknown") else set())
        try:
            stored = await finished(create(ws, account, draft, consents=consents))
        except ConsentMissingError as missing:
            if not someone_there():
                raise
            agreed(call.streams, [missing.message], "Write over it?", instead=missing.hint)
            stored = await finished(
                create(ws, account, draft, consents=frozenset({Consent.OVERWRITE_UNKNOWN}))
            )
        tell_stored(call, stored, ws.now())
    return Status.DONE
