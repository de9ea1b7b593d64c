"""What Sendmux would refuse, refused before the call."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.admission import NOTHING_SENT, admitted_change, admitted_draft
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import ForbiddenError, InvalidFieldError, NotFoundError, UnsupportedError
from smtptui.model.json_value import Json
from smtptui.providers.sendmux.capabilities import CAPABILITIES

QUOTAS = ("per_second", "per_minute", "per_hour", "per_day")
LONGEST_VARIABLE = 4096
LONGEST_DOMAIN = 255


def check_draft(draft: Draft) -> None:
    """Raises InvalidFieldError, UnsupportedError or SecretMissingError."""
    admitted_draft(CAPABILITIES, draft)
    check_native({name: value for name, value in draft.native.items() if value is not None})


def check_change(change: Change) -> None:
    """Raises InvalidFieldError or UnsupportedError."""
    admitted_change(CAPABILITIES, change)
    check_native(change.native)


def check_native(native: Mapping[str, Json]) -> None:
    """The limits of quotas, percentage, tracking_domain and variables."""
    for name, value in native.items():
        reason = _CHECKS[name](value)
        if reason:
            raise InvalidFieldError(f"native.{name} {reason}. {NOTHING_SENT}", field=f"native.{name}")


def check_id(id: str) -> None:
    """Some texts can be no id, and would address something else in a URL."""
    if not id or id in (".", ".."):
        raise NotFoundError(f"{id!r} can be no id of a Sendmux account. {NOTHING_SENT}", id=id)


def why_not_editable(record: Mapping[str, Json]) -> str | None:
    """Why a record is shown but not edited, in words; None when it can be. Takes wire names."""
    kind = record.get("type")
    if kind == "amazon_ses" or record.get("is_shared") is True:
        return "it is an SES account that Sendmux manages"
    if kind not in (None, "smtp"):
        return f"it is an OAuth account ({kind}), connected at Sendmux itself"
    if record.get("is_editable") is False:
        return "Sendmux marks it as not editable"
    return None


def refuse_action(credential: Credential, action: str) -> None:
    """Raise ForbiddenError where the record, or the key's `allowed_actions`, rule the action out."""
    reason = why_not_editable(credential.native)
    if reason is None:
        allowed = credential.native.get("allowed_actions")
        if isinstance(allowed, Mapping) and allowed.get(action) is False:
            reason = f"Sendmux does not allow this key to {action} it"
    if reason is not None:
        raise ForbiddenError(
            f"Sendmux would not {action} {credential.id}: {reason}. {NOTHING_SENT}",
            account=credential.account,
            id=credential.id,
            operation=action,
            hint="Do it in the Sendmux console, or with a key that may.",
        )


def refuse_test(credential: Credential) -> None:
    """Raise UnsupportedError for what Sendmux has no test for, else as `refuse_action` does."""
    if credential.native.get("type") not in (None, "smtp") or credential.native.get("is_shared") is True:
        raise UnsupportedError(
            f"Sendmux tests only SMTP accounts: {why_not_editable(credential.native)}.",
            account=credential.account,
            id=credential.id,
            operation="test",
        )
    refuse_action(credential, "test")


def _quotas(value: Json) -> str | None:
    if not isinstance(value, Mapping):
        return f"must be an object with some of {', '.join(QUOTAS)}"
    for name, quota in value.items():
        if name not in QUOTAS:
            return f"has no {name!r}; known: {', '.join(QUOTAS)}"
        if quota is None or _count(quota):
            continue
        if not isinstance(quota, Mapping) or set(quota) != {"min", "max"}:
            return f".{name} must be a whole number, {{min, max}} or null"
        low, high = quota["min"], quota["max"]
        if not _count(low) or not _count(high):
            return f".{name} must hold whole numbers"
        if isinstance(low, int) and isinstance(high, int) and low > high:
            return f".{name} has a min above its max"
    return None


def _count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _percentage(value: Json) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        return "must be a number from 0 to 100"
    return None


def _tracking_domain(value: Json) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        return "must be a text, or null to remove it"
    return f"may have {LONGEST_DOMAIN} characters at most" if len(value) > LONGEST_DOMAIN else None


def _variables(value: Json) -> str | None:
    if not isinstance(value, Mapping):
        return "must be an object of texts; {} empties it"
    for name, text in value.items():
        if not isinstance(text, str):
            return f".{name} must be a text"
        if len(text) > LONGEST_VARIABLE:
            return f".{name} may have {LONGEST_VARIABLE} characters at most"
    return None


_CHECKS = {
    "quotas": _quotas,
    "percentage": _percentage,
    "tracking_domain": _tracking_domain,
    "variables": _variables,
}
