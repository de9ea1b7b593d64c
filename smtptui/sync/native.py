"""Native fields between two providers: which are copied, and when a stored value satisfies a desired one."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.capability import PASSWORD_FROM, Capabilities
from smtptui.model.credential import Credential
from smtptui.model.json_value import Json

NATIVE_PREFIX = "native."


def collect_native(capabilities: Capabilities, record: Credential) -> dict[str, Json]:
    """Return the writable native fields of a record that have a value, without the reference to its password."""
    found = {}
    for name, value in record.native.items():
        if name == PASSWORD_FROM or not accepts_native(capabilities, name):
            continue
        cleaned = without_nulls(value)
        if not is_neutral(cleaned):
            found[name] = cleaned
    return found


def accepts_native(capabilities: Capabilities, name: str) -> bool:
    """Whether a provider stores a native field of this name as given."""
    known = {item.name: item.wanted for item in capabilities.native}
    return known.get(name, capabilities.any_native)


def is_neutral(value: Json) -> bool:
    """Whether a value asks for nothing."""
    return value is None or value == "" or value == {} or value == []


def without_nulls(value: Json) -> Json:
    """Return a table without its null entries: a TOML file cannot hold them, and a provider may leave them out."""
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if item is not None}
    return value


def satisfies(stored: Json, desired: Json) -> bool:
    """Whether the stored value is as desired; a stored table may hold more."""
    if isinstance(desired, Mapping) and isinstance(stored, Mapping):
        return all(stored.get(key) == item for key, item in desired.items())
    return stored == desired


def merge_native(stored: Json, desired: Json) -> Json:
    """Return the value to write: other entries of a stored table are kept, for the provider may replace it whole."""
    if isinstance(desired, Mapping) and isinstance(stored, Mapping):
        kept = {key: item for key, item in stored.items() if item is not None}
        return {**kept, **desired}
    return desired
