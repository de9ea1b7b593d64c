"""The options by which the verbs that apply plans give their consents."""

from __future__ import annotations

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.spec import Option
from smtptui.model.capability import Consent
from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.fields import PLAIN_WRITABLE_FIELDS
from smtptui.model.nearest import suggest
from smtptui.workspace.runs.safety import ApplyOptions

NATIVE = "native."
LOSABLE = tuple(field.name for field in PLAIN_WRITABLE_FIELDS)

ACCEPT_LOSS = Option(
    "accept_loss",
    "--accept-loss",
    "Agree that this field is lost, as the plan says; repeatable.",
    "FIELD",
    multiple=True,
    completes="field",
)
MAX_CHANGES = Option(
    "max_changes",
    "--max-changes",
    "Change or delete up to this many existing records per account, instead of the configured limits.",
    "N",
)


def parse_apply_options(invocation: Invocation) -> ApplyOptions:
    """Return what the options agree to. Raise UsageError for an unknown field and for a bad number."""
    consents = {Consent.OVERWRITE_UNKNOWN} if invocation.flag("overwrite_unknown") else set()
    return ApplyOptions(
        accept_losses=frozenset(map(_parse_field, invocation.words("accept_loss"))),
        max_changes=_parse_number(invocation.text("max_changes")),
        consents=frozenset(consents),
    )


def _parse_field(text: str) -> str:
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


def _parse_number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise UsageError(
            f"--max-changes {printable(text)!r} is not a number.", hint="For example: --max-changes 50"
        )
    return int(text)
