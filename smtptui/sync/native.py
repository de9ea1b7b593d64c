"""Native fields between two providers: which are wanted, which are neutral, when two of them agree."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.capability import PASSWORD_FROM, Capabilities
from smtptui.model.credential import Credential
from smtptui.model.json_value import Json

NATIVE_PREFIX = "native."


def collect_native(capabilities: Capabilities, record: Credential) -> dict[str, Json]:
    """The wanted native fields of a record that say something; the reference to a password is none of them."""
    found = {}
    for name, value in record.native.items():
        if name == PASSWORD_FROM or not accepts_native(capabilities, name):
            continue
        said = without_nulls(value)
        if not is_neutral(said):
            found[name] = said
    return found


def accepts_native(capabilities: Capabilities, name: str) -> bool:
    """Whether a provider stores a native field of this name as it is asked to."""
    known = {item.name: item.wanted for item in capabilities.native}
    return known.get(name, capabilities.any_native)


def is_neutral(value: Json) -> bool:
    """Whether a value asks for nothing."""
    return value is None or value == "" or value == {} or value == []


def without_nulls(value: Json) -> Json:
    """A table without the entries that say nothing; a file cannot hold them, and a provider may leave them out."""
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if item is not None}
    return value


def satisfies(stored: Json, wanted: Json) -> bool:
    """Whether what is stored is as wanted; a table may hold more than was asked for."""
    if isinstance(wanted, Mapping) and isinstance(stored, Mapping):
        return all(stored.get(key) == item for key, item in wanted.items())
    return stored == wanted


def merge_native(stored: Json, wanted: Json) -> Json:
    """What to write so that nothing that is stored beside is lost: a table may be replaced as a whole."""
    if isinstance(wanted, Mapping) and isinstance(stored, Mapping):
        kept = {key: item for key, item in stored.items() if item is not None}
        return {**kept, **wanted}
    return wanted
