"""The edit that a probe's verdict suggests: values to fill into the form, never saved by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smtptui.model.capability import Access, Capabilities, ProviderOperation
from smtptui.model.credential import Credential
from smtptui.model.display import printable
from smtptui.presentation.values import format_value

if TYPE_CHECKING:
    from smtptui.workspace.verification.probe import VerdictRecord


def suggested_edit(
    credential: Credential, capabilities: Capabilities, kept: Sequence[VerdictRecord]
) -> dict[str, str]:
    """Field to text, from the newest verdict while it still holds; empty where the provider cannot store it."""
    if not kept or credential.verification.probe.outdated or not capabilities.can(ProviderOperation.UPDATE):
        return {}
    edit = kept[0].body.get("edit")
    if not isinstance(edit, Mapping):
        return {}
    return {
        name: format_value(value)
        for name, value in edit.items()
        if capabilities.for_field(name).access in (Access.READ_WRITE, Access.WRITE_ONLY)
        and credential.get(name) != value
    }


def format_suggestion(offered: Mapping[str, str], key: str) -> str:
    """`e: edit with security=starttls`, `key` being that of the edit; empty without an offer."""
    if not offered:
        return ""
    values = ", ".join(f"{name}={printable(text, 60)}" for name, text in offered.items())
    return f"{key}: edit with {values} (filled in, not saved)"
