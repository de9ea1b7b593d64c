"""What the options of the verbs that write agree to."""

from __future__ import annotations

from smtptui.cli.framework.invocation import Invocation
from smtptui.model.capability import Consent
from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.model.nearest import suggest
from smtptui.workspace.runs.safety import ApplyOptions

NATIVE = "native."
LOSABLE = tuple(field.name for field in PLAIN_WRITABLE_FIELDS)


def apply_options(call: Invocation) -> ApplyOptions:
    """Raises UsageError for a field that does not exist and a number that is none."""
    consents = {Consent.OVERWRITE_UNKNOWN} if call.flag("overwrite_unknown") else set()
    return ApplyOptions(
        accept_losses=frozenset(map(_field, call.words("accept_loss"))),
        max_changes=_number(call.text("max_changes")),
        consents=frozenset(consents),
    )


def _field(text: str) -> str:
    if text.startswith(NATIVE):
        return text
    name = text.replace("-", "_")
    if name not in LOSABLE:
        raise UsageError(
            f"There is no field {printable(text)!r} whose loss could be accepted.",
            field=text,
            hint=f"{suggest(name, LOSABLE)} The plan names the losses.",
        )
    return name


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise UsageError(
            f"--max-changes {printable(text)!r} is no number.", hint="For example: --max-changes 50"
        )
    return int(text)
