"""What a Sendmux provider may hold: the limits of its fields, and their refusal as a ``validation_error``."""

from __future__ import annotations

from typing import Any

PROTOCOLS = ("tls", "ssl", "none", "starttls")
TYPES = ("smtp", "gmail_api", "outlook_api", "amazon_ses")
STATUSES = ("active", "inactive", "error", "pending")
QUOTAS = ("per_second", "per_minute", "per_hour", "per_day")

# name → (shortest, longest, may be null)
TEXTS = {
    "name": (1, 255, False),
    "smtp_host": (1, 255, False),
    "smtp_username": (1, 255, False),
    "smtp_password": (1, 500, False),
    "from_email": (0, 255, True),
    "from_name": (0, 255, True),
    "reply_to_email": (0, 255, True),
    "reply_to_name": (0, 255, True),
    "tracking_domain": (0, 255, True),
}
REQUIRED = ("name", "smtp_host", "smtp_port", "smtp_protocol", "smtp_username", "smtp_password")
WRITABLE = (*TEXTS, "smtp_port", "smtp_protocol", "quotas", "percentage", "variables")
VARIABLE_LIMIT = 4096


def find_problems(fields: dict[str, Any]) -> list[dict[str, str]]:
    """Every field that is out of its limits, as entries of ``error.errors``."""
    found: list[tuple[str, str]] = []
    for name, (shortest, longest, nullable) in TEXTS.items():
        if name in fields and not _text(fields[name], shortest, longest, nullable):
            found.append((name, f"must be a string of {shortest} to {longest} characters"))
    if "smtp_port" in fields and not _whole(fields["smtp_port"], 1, 65535):
        found.append(("smtp_port", "must be an integer from 1 to 65535"))
    if "smtp_protocol" in fields and fields["smtp_protocol"] not in PROTOCOLS:
        found.append(("smtp_protocol", f"must be one of {', '.join(PROTOCOLS)}"))
    percentage = fields.get("percentage", 0)
    if isinstance(percentage, bool) or not isinstance(percentage, int | float) or not 0 <= percentage <= 100:
        found.append(("percentage", "must be a number from 0 to 100"))
    for name in ("from_email", "reply_to_email"):
        if isinstance(fields.get(name), str) and fields[name] and "@" not in fields[name]:
            found.append((name, "must be an email address"))
    found += _quota_problems(fields.get("quotas", {})) + _variable_problems(fields.get("variables", {}))
    return [{"param": name, "code": "invalid", "message": f"{name} {text}"} for name, text in found]


def _text(value: Any, shortest: int, longest: int, nullable: bool) -> bool:
    return (value is None and nullable) or (isinstance(value, str) and shortest <= len(value) <= longest)


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _quota_problems(quotas: Any) -> list[tuple[str, str]]:
    if not isinstance(quotas, dict):
        return [("quotas", "must be an object")]
    found = [(f"quotas.{name}", "is not a quota") for name in quotas if name not in QUOTAS]
    for name, value in quotas.items():
        bounds = value if isinstance(value, dict) else {"min": value, "max": value}
        good = set(bounds) == {"min", "max"} and all(_whole(b, 0, 10**9) for b in bounds.values())
        if value is not None and not (good and bounds["min"] <= bounds["max"]):
            found.append((f"quotas.{name}", "must be a number, {min, max} or null"))
    return found


def _variable_problems(variables: Any) -> list[tuple[str, str]]:
    if not isinstance(variables, dict):
        return [("variables", "must be a map of strings")]
    return [
        (f"variables.{name}", f"must be a string of at most {VARIABLE_LIMIT} characters")
        for name, value in variables.items()
        if not isinstance(value, str) or len(value) > VARIABLE_LIMIT
    ]


def merge_quotas(present: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A number is a fixed cap, ``{min, max}`` a range, null clears; what is not named stays."""
    caps = {k: {"min": v, "max": v} if isinstance(v, int) else v for k, v in changes.items()}
    return {**present, **caps}
