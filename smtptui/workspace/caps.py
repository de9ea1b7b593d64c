"""What the providers can do, and what one cannot hold of another."""

from __future__ import annotations

from dataclasses import dataclass

from smtptui.model.capability import Access, Capabilities
from smtptui.model.fields import WRITABLE
from smtptui.model.json_value import Json
from smtptui.providers.registry import provider_names as _names
from smtptui.providers.registry import provider_spec


@dataclass(frozen=True, slots=True)
class Loss:
    """A field of a credential that another provider cannot hold, and what happens instead."""

    field: str
    fallback: str

    def to_json(self) -> dict[str, Json]:
        return {"field": self.field, "fallback": self.fallback}


def provider_names() -> tuple[str, ...]:
    return _names()


def provider_capabilities(name: str) -> Capabilities:
    """Raises ConfigurationError for an unknown provider."""
    return provider_spec(name).capabilities


def losses(source: Capabilities, target: Capabilities) -> tuple[Loss, ...]:
    """What a credential of `source` loses at `target`, in the order of the field table."""
    lost = []
    for field in WRITABLE:
        has = source.of(field.name)
        takes = target.of(field.name)
        if has.access is Access.ABSENT:
            continue
        if takes.access is Access.COERCED:
            lost.append(Loss(field.name, takes.note or "stored as something else"))
        elif not takes.on_create:
            lost.append(Loss(field.name, takes.note or "left out"))
    theirs = {item.name for item in target.native if item.wanted}
    lost += [
        Loss(f"native.{item.name}", "left out")
        for item in source.native
        if item.wanted and item.name not in theirs
    ]
    return tuple(lost)
