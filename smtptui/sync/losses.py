"""What one provider cannot hold of another, from their tables alone; `wanted` tells it for one credential."""

from __future__ import annotations

from smtptui.model.capability import PASSWORD_FROM, Access, Capabilities
from smtptui.model.fields import WRITABLE_FIELDS
from smtptui.sync.native import accepts_native
from smtptui.sync.plan import Loss

LEFT_OUT = "left out"


def find_losses(source: Capabilities, target: Capabilities) -> tuple[Loss, ...]:
    """What a credential of `source` may lose at `target`, in the order of the field table."""
    lost = []
    for field in WRITABLE_FIELDS:
        has = source.for_field(field.name)
        takes = target.for_field(field.name)
        if has.access is Access.ABSENT:
            continue
        if takes.access is Access.COERCED:
            lost.append(Loss(field.name, takes.note or "stored as something else"))
        elif not takes.can_set_on_create:
            lost.append(Loss(field.name, takes.note or LEFT_OUT))
    lost += [
        Loss(f"native.{item.name}", LEFT_OUT)
        for item in source.native
        if item.wanted and item.name != PASSWORD_FROM and not accepts_native(target, item.name)
    ]
    return tuple(lost)
