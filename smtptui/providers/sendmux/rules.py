"""Sendmux's documented rules, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping

from smtptui.model.admission import NOTHING_SENT, admit_change, admit_draft
from smtptui.model.change import Change, Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import ForbiddenError, InvalidFieldError, NotFoundError, UnsupportedError
from smtptui.model.json_value import Json
from smtptui.providers.sendmux.capabilities import CAPABILITIES

QUOTA_PERIODS = ("per_second", "per_minute", "per_hour", "per_day")
MAX_VARIABLE_LENGTH = 4096
MAX_DOMAIN_LENGTH = 255


def check_draft(draft: Draft) -> None:
    """Raise InvalidFieldError, UnsupportedError or SecretMissingError for a draft that cannot be stored."""
    admit_draft(CAPABILITIES, draft)
    check_native({name: value for name, value in draft.native.items() if value is not None})


def check_change(change: Change) -> None:
    """Raise InvalidFieldError or UnsupportedError for a change that cannot be made."""
    admit_change(CAPABILITIES, change)
    check_native(change.native)


def check_native(native: Mapping[str, Json]) -> None:
    """Check quotas, percentage, tracking_domain and variables. Raises InvalidFieldError."""
    for name, value in native.items():
        reason = _CHECKS[name](value)
        if reason:
            raise InvalidFieldError(f"native.{name} {reason}. {NOTHING_SENT}", field=f"native.{name}")


def check_id(id: str) -> None:
    """Raise NotFoundError for a text that would address something else in a URL."""
    if not id or id in (".", ".."):
        raise NotFoundError(f"{id!r} cannot be the id of a Sendmux account. {NOTHING_SENT}", id=id)


def edit_refusal(record: Mapping[str, Json]) -> str | None:
    """Return why a record cannot be edited, None if it can. Takes Sendmux's field names."""
    kind = record.get("type")
    if kind == "amazon_ses" or record.get("is_shared") is True:
        return "it is an SES account that Sendmux manages"
    if kind not in (None, "smtp"):
        return f"it is an OAuth account ({kind}), connected at Sendmux itself"
    if record.get("is_editable") is False:
        return "Sendmux marks it as not editable"
    return None


def require_allowed(credential: Credential, action: str) -> None:
    """Raise ForbiddenError where the record or its `allowed_actions` exclude the action."""
    reason = edit_refusal(credential.native)
    if reason is None:
        allowed = credential.native.get("allowed_actions")
        if isinstance(allowed, Mapping) and allowed.get(action) is False:
            reason = f"Sendmux does not allow this key to {action} it"
    if reason is not None:
        raise ForbiddenError(
            f"Sendmux cannot {action} {credential.id}: {reason}. {NOTHING_SENT}",
            account=credential.account,
            id=credential.id,
            operation=action,
            hint="Use the Sendmux console, or a key that is allowed to.",
        )


def require_testable(credential: Credential) -> None:
    """Raise UnsupportedError for an account that Sendmux cannot test, ForbiddenError as `require_allowed` does."""
    if credential.native.get("type") not in (None, "smtp") or credential.native.get("is_shared") is True:
        raise UnsupportedError(
            f"Sendmux can test SMTP accounts only: {edit_refusal(credential.native)}.",
            account=credential.account,
            id=credential.id,
            operation="test",
        )
    require_allowed(credential, "test")


def _check_quotas(value: Json) -> str | None:
    if not isinstance(value, Mapping):
        return f"must be an object with any of {', '.join(QUOTA_PERIODS)}"
    for name, quota in value.items():
        if name not in QUOTA_PERIODS:
            return f"has no {name!r}; known: {', '.join(QUOTA_PERIODS)}"
        if quota is None or _is_count(quota):
            continue
        if not isinstance(quota, Mapping) or set(quota) != {"min", "max"}:
            return f".{name} must be a whole number, {{min, max}} or null"
        low, high = quota["min"], quota["max"]
        if not _is_count(low) or not _is_count(high):
            return f".{name} must hold whole numbers"
        if isinstance(low, int) and isinstance(high, int) and low > high:
            return f".{name} has a min above its max"
    return None


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _check_percentage(value: Json) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        return "must be a number from 0 to 100"
    return None


def _check_tracking_domain(value: Json) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        return "must be text, or null to remove it"
    return f"may have {MAX_DOMAIN_LENGTH} characters at most" if len(value) > MAX_DOMAIN_LENGTH else None


def _check_variables(value: Json) -> str | None:
    if not isinstance(value, Mapping):
        return "must be an object of texts; {} clears it"
    for name, text in value.items():
        if not isinstance(text, str):
            return f".{name} must be text"
        if len(text) > MAX_VARIABLE_LENGTH:
            return f".{name} may have {MAX_VARIABLE_LENGTH} characters at most"
    return None


_CHECKS = {
    "quotas": _check_quotas,
    "percentage": _check_percentage,
    "tracking_domain": _check_tracking_domain,
    "variables": _check_variables,
}
