"""Errors, distinguished by what a caller can do about them.

Every error says what failed, why, what is true at the provider now (`outcome`) and what to do next (`hint`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from smtptui.model.json_value import Json


class RemoteState(StrEnum):
    """The state at the provider after a failure."""

    NOTHING_DONE = "nothing_done"
    DONE = "done"
    PARTLY_DONE = "partly_done"
    UNKNOWN = "unknown"


class SmtptuiError(Exception):
    """Base of all errors shown to users. `kind` is stable and documented."""

    kind: ClassVar[str] = "internal"
    default_hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        account: str | None = None,
        id: str | None = None,
        operation: str | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        outcome: RemoteState = RemoteState.NOTHING_DONE,
        hint: str | None = None,
        field: str | None = None,
        details: Json = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.account = account
        self.id = id
        self.operation = operation
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.outcome = outcome
        self.hint = self.default_hint if hint is None else hint
        self.field = field
        self.details = details

    def to_json(self) -> dict[str, Json]:
        """Return the error object of a JSON envelope; `id`, `field` and `details` only where they are known."""
        body: dict[str, Json] = {
            "kind": self.kind,
            "account": self.account,
            "operation": self.operation,
            "message": self.message,
            "code": self.code,
            "request_id": self.request_id,
            "retry_after": self.retry_after,
            "outcome": str(self.outcome),
            "hint": self.hint,
        }
        for key in ("id", "field", "details"):
            value = getattr(self, key)
            if value is not None:
                body[key] = value
        return body


class UsageError(SmtptuiError):
    """The request is invalid: unknown account, id, field or selector."""

    kind = "usage"


class AmbiguousError(UsageError):
    """The given name matches more than one credential."""

    kind = "ambiguous"


class ConfigurationError(SmtptuiError):
    """The configuration cannot be used; `details` lists every problem."""

    kind = "configuration"


class SecretMissingError(SmtptuiError):
    """A secret reference has no value, or an operation needs a password that was not given."""

    kind = "secret_missing"
    default_hint = (
        "Give a reference to the password with --password-from, or under [passwords] in the configuration."
    )


class ConsentMissingError(SmtptuiError):
    """Consent is missing for something that cannot be undone, or that sends mail to a person."""

    kind = "consent_missing"


class SafetyError(SmtptuiError):
    """Refused for safety: it might lose data, or differs from what the user agreed to."""

    kind = "refused"


class StalePlanError(SafetyError):
    """A record is not what the plan expects."""

    kind = "plan_stale"
    default_hint = "Plan again, and check what changed."


class PlanEditedError(SafetyError):
    """The plan was edited: its digest does not match."""

    kind = "plan_edited"
    default_hint = "Plan again; a plan must not be edited. Use selectors to narrow it."


class PlanUsedError(SafetyError):
    """The plan was applied before; a plan can be applied once."""

    kind = "plan_used"


class PlanNewerError(SafetyError):
    """A newer version of smtptui made the plan."""

    kind = "plan_newer"


class LossNotAcceptedError(SafetyError):
    """The plan would lose data, and the loss was not accepted by name."""

    kind = "loss_not_accepted"


class LimitExceededError(SafetyError):
    """The plan changes more existing records than the limits allow."""

    kind = "limit_exceeded"


class SenderLostError(SafetyError):
    """The plan leaves an account without an active or default sender."""

    kind = "sender_lost"


class UnreadableError(SafetyError):
    """An account that a plan needs could not be read."""

    kind = "unreadable"


class SameAccountError(SafetyError):
    """Source and target are the same account."""

    kind = "same_account"


class LockedError(SafetyError):
    """Another run is writing to the account."""

    kind = "locked"


class NotProvenError(SafetyError):
    """A new password failed its login test, so it was not stored."""

    kind = "not_proven"


class ReadOnlyError(SmtptuiError):
    """A write was requested in read-only mode."""

    kind = "read_only"
    default_hint = "Run without --read-only, and check read_only of the account in the configuration."


class LoginRefusedError(SmtptuiError):
    """The provider does not accept the account's login."""

    kind = "login_refused"
    default_hint = (
        "Check the account's token or key in the configuration; it may have expired or been revoked."
    )


class ForbiddenError(SmtptuiError):
    """The account's login is valid but lacks a permission."""

    kind = "forbidden"
    default_hint = "Ask an owner of the account for the missing permission."


class FeatureMissingError(ForbiddenError):
    """The account's subscription does not include the feature."""

    kind = "feature_missing"
    default_hint = "The provider offers this only with another subscription."


class NotFoundError(SmtptuiError):
    """The provider has no such record."""

    kind = "not_found"
    default_hint = "List the account again: the record may have been deleted."


class ConflictError(SmtptuiError):
    """The record changed since it was read; `details` holds both versions."""

    kind = "conflict"
    default_hint = "Compare both versions, then apply the change to the current one."


class InvalidFieldError(SmtptuiError):
    """The provider, or every provider, would refuse this value; `field` names the field."""

    kind = "invalid_field"


class ReservedValueError(InvalidFieldError):
    """The provider reserves this value for itself."""

    kind = "reserved_value"


class UnsupportedError(SmtptuiError):
    """The provider has no such field or operation."""

    kind = "unsupported"


class RateLimitedError(SmtptuiError):
    """Too many requests; `retry_after` is in seconds where the provider gave it."""

    kind = "rate_limited"
    default_hint = "Wait, then try again."


class UnavailableError(SmtptuiError):
    """The provider could not be reached, or failed."""

    kind = "unavailable"
    default_hint = "Try again; if it keeps failing, check the provider's status page and your network."


class ProtocolBrokenError(SmtptuiError):
    """The response does not follow the provider's API."""

    kind = "protocol_broken"
    default_hint = "Check base_url: something other than the provider's API may be answering."


class ProviderBrokenError(SmtptuiError):
    """A provider package raised an exception that its operations may not raise."""

    kind = "provider_broken"


class OutcomeUnknownError(SmtptuiError):
    """A write was sent and its response never arrived: it may or may not have happened."""

    kind = "outcome_unknown"
    default_hint = "List the account again before you retry."

    def __init__(self, message: str, *, outcome: RemoteState = RemoteState.UNKNOWN, **known: object) -> None:
        super().__init__(message, outcome=outcome, **known)  # type: ignore[arg-type]


class StoppedError(SmtptuiError):
    """The user, or the end of the session, stopped the operation before it was done."""

    kind = "interrupted"


class StateError(SmtptuiError):
    """The local state cannot be read or written."""

    kind = "state"
