"""Parse typed text into field values, and check values by the rules of every provider."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

from smtptui.model.change import Value
from smtptui.model.display import printable
from smtptui.model.errors import InvalidFieldError
from smtptui.model.fields import Field, FieldKind

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_\u00a1-\U0010ffff-]{1,63}(?<!-)\Z")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,10}")
_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}


def parse_value(field: Field, text: str) -> Value:
    """Parse and check a typed value. Raise InvalidFieldError with the field and the reason."""
    if field.kind is FieldKind.PORT:
        if not _WHOLE_NUMBER.fullmatch(text.strip()):
            raise _invalid(field, f"{printable(text)!r} is not a whole number")
        return check_value(field, int(text))
    if field.kind is FieldKind.BOOLEAN:
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise _invalid(field, f"{printable(text)!r} is neither true nor false")
        return word in _TRUE
    return check_value(field, text)


def check_value(field: Field, value: Value) -> Value:
    """Return the value if it is valid; None (empty) always is. Raise InvalidFieldError."""
    if value is None:
        return None
    if field.kind is FieldKind.PORT:
        return _port(field, value)
    if field.kind is FieldKind.BOOLEAN:
        if not isinstance(value, bool):
            raise _invalid(field, "it must be true or false")
        return value
    text = str(value)
    reject_control_characters(field, text)
    if field.max_length is not None and len(text) > field.max_length:
        raise _invalid(field, f"it has {len(text)} characters, limit {field.max_length}")
    if field.choices and text not in field.choices:
        raise _invalid(field, f"{printable(text)!r} is not one of {', '.join(field.choices)}")
    if field.kind in (FieldKind.HOST, FieldKind.EMAIL):
        _refuse_invisible(field, text)
    if field.kind is FieldKind.HOST:
        return check_host(field, text)
    if field.kind is FieldKind.EMAIL:
        return _email(field, text)
    return text


def reject_control_characters(field: Field, text: str) -> None:
    """Raise InvalidFieldError for CR, LF, NUL and other control characters (RFC 5321 section 4.1.2)."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") or character in "\u2028\u2029":
            raise _invalid(field, f"it contains the control character U+{ord(character):04X}")


def _refuse_invisible(field: Field, text: str) -> None:
    """Raise InvalidFieldError for bidi marks, soft hyphens and zero-width characters: they disguise a name.

    Joiners are valid in some scripts (RFC 5892 appendix A).
    """
    for character in text:
        if unicodedata.category(character) == "Cf" and character not in "\u200c\u200d":
            raise _invalid(field, f"it contains the invisible character U+{ord(character):04X}")


def check_host(field: Field, text: str) -> str:
    """Return a host name (RFC 1123, or internationalised) or an IP address without its brackets."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not bare:
        raise _invalid(field, "it is empty")
    if any(character.isspace() for character in bare):
        raise _invalid(field, "it contains a space")
    if "/" in bare:
        raise _invalid(field, f"{printable(bare)!r} is not a host name but a path or URL")
    if ":" in bare or re.fullmatch(r"[0-9.]+", bare):
        try:
            return str(ipaddress.ip_address(bare))
        except ValueError:
            raise _invalid(field, f"{printable(bare)!r} is not an IP address") from None
    name = bare.rstrip(".")
    if not name or len(name) > 253 or not all(_LABEL.match(label) for label in name.split(".")):
        raise _invalid(field, f"{printable(bare)!r} is not a host name")
    return bare


def _port(field: Field, value: Value) -> int:
    low, high = field.minimum or 0, field.maximum or 65535
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _invalid(field, f"{printable(value)} is not between {low} and {high}")
    return value


def _email(field: Field, text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise _invalid(field, f"{printable(text)!r} is not an address (local@domain)")
    quoted = len(local) > 1 and local[0] == local[-1] == '"'
    if "@" in local and not quoted:
        raise _invalid(field, f"{printable(text)!r} contains more than one @")
    if any(character.isspace() for character in text) or any(character in "<>,;" for character in text):
        raise _invalid(field, f"{printable(text)!r} contains a character that an address cannot contain")
    return text


def _invalid(field: Field, reason: str) -> InvalidFieldError:
    named = field.label if field.label.lower() == field.name else f"{field.label} ({field.name})"
    return InvalidFieldError(
        f"{named} is not valid: {reason}.",
        field=field.name,
        hint=f"{field.help} Nothing was sent.",
    )
