"""What can go wrong, told apart by what a caller can do about it.

Every error says what failed, why, what is true now (`outcome`) and what to do next (`hint`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from smtptui.model.json_value import Json


class RemoteState(StrEnum):
    """What is true at the provider after the failure."""

    NOTHING_DONE = "nothing_done"
    DONE = "done"
    PARTLY_DONE = "partly_done"
    UNKNOWN = "unknown"


class SmtptuiError(Exception):
    """Base of all errors a person is meant to read. `kind` is stable and documented."""

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
        """The error object of every JSON envelope; `id`, `field` and `details` only where they are known."""
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
    """The request itself makes no sense: unknown account, id, field or selector."""

    kind = "usage"


class AmbiguousError(UsageError):
    """What was named fits more than one credential."""

    kind = "ambiguous"


class ConfigurationError(SmtptuiError):
    """The configuration cannot be used; `details` lists every problem."""

    kind = "configuration"


class SecretMissingError(SmtptuiError):
    """A secret reference yields nothing, or an operation needs a password that nobody gave."""

    kind = "secret_missing"
    default_hint = (
        "Name where the password is with --password-from, or under [passwords] in the configuration."
    )


class ConsentMissingError(SmtptuiError):
    """Something that cannot be undone, or that reaches a person, was not agreed to."""

    kind = "consent_missing"


class SafetyError(SmtptuiError):
    """Refused although it could be done: it might lose something, or is not what a person agreed to."""

    kind = "refused"


class StalePlanError(SafetyError):
    """What the plan expects is not what is there now."""

    kind = "plan_stale"
    default_hint = "Plan again, and look at what is different."


class PlanEditedError(SafetyError):
    """The plan is not the one that was made: its digest does not fit."""

    kind = "plan_edited"
    default_hint = "Plan again; a plan is not meant to be edited. Selectors narrow what it holds."


class PlanUsedError(SafetyError):
    """The plan was applied before; a plan is used once."""

    kind = "plan_used"


class PlanNewerError(SafetyError):
    """The plan was made by a newer version of smtptui."""

    kind = "plan_newer"


class LossNotAcceptedError(SafetyError):
    """Something would be lost, and nobody accepted that by name."""

    kind = "loss_not_accepted"


class LimitExceededError(SafetyError):
    """More existing records would be changed than the limits allow."""

    kind = "limit_exceeded"


class SenderLostError(SafetyError):
    """An account would be left without an active or default sender."""

    kind = "sender_lost"


class UnreadableError(SafetyError):
    """What a plan would be made from could not be read."""

    kind = "unreadable"


class SameAccountError(SafetyError):
    """Source and target are the same."""

    kind = "same_account"


class LockedError(SafetyError):
    """Another run is writing to the account."""

    kind = "locked"


class NotProvenError(SafetyError):
    """A new password did not work where it was tried, so it was stored nowhere."""

    kind = "not_proven"


class ReadOnlyError(SmtptuiError):
    """A write was asked for in read-only mode."""

    kind = "read_only"
    default_hint = "Run without --read-only, and check read_only of the account in the configuration."


class LoginRefusedError(SmtptuiError):
    """The provider does not accept the account's login."""

    kind = "login_refused"
    default_hint = (
        "Check the account's token or key in the configuration; it may have expired or been revoked."
    )


class ForbiddenError(SmtptuiError):
    """The login is good but may not do this."""

    kind = "forbidden"
    default_hint = "Ask an owner of the account for the missing right."


class FeatureMissingError(ForbiddenError):
    """The account's plan does not include the feature."""

    kind = "feature_missing"
    default_hint = "The provider offers this on another plan only."


class NotFoundError(SmtptuiError):
    """No such record at the provider."""

    kind = "not_found"
    default_hint = "List the account again: the record may have been deleted meanwhile."


class ConflictError(SmtptuiError):
    """The record is not what the change was made against; `details` holds both versions."""

    kind = "conflict"
    default_hint = "Look at both versions, then make the change again on top of the present one."


class InvalidFieldError(SmtptuiError):
    """A value that the provider, or any provider, would refuse; `field` names it."""

    kind = "invalid_field"


class ReservedValueError(InvalidFieldError):
    """A value that the provider keeps for itself."""

    kind = "reserved_value"


class UnsupportedError(SmtptuiError):
    """The provider has no such field or operation."""

    kind = "unsupported"


class RateLimitedError(SmtptuiError):
    """Too many requests; `retry_after` is in seconds where the provider told it."""

    kind = "rate_limited"
    default_hint = "Wait, then try again."


class UnavailableError(SmtptuiError):
    """The provider could not be reached or failed on its side."""

    kind = "unavailable"
    default_hint = "Try again; if it goes on, look at the provider's status page and your network."


class ProtocolBrokenError(SmtptuiError):
    """The answer was not what the dialect promises."""

    kind = "protocol_broken"
    default_hint = "Check base_url: something else than the provider's API may be answering there."


class ProviderBrokenError(SmtptuiError):
    """The package behind a provider raised what none of its operations may raise."""

    kind = "provider_broken"


class OutcomeUnknownError(SmtptuiError):
    """A write was sent and its answer never came: it may or may not have happened."""

    kind = "outcome_unknown"
    default_hint = "Read the account again before trying once more."

    def __init__(self, message: str, *, outcome: RemoteState = RemoteState.UNKNOWN, **known: object) -> None:
        super().__init__(message, outcome=outcome, **known)  # type: ignore[arg-type]


class StoppedError(SmtptuiError):
    """A person, or the end of the session, stopped it before it was done."""

    kind = "interrupted"


class StateError(SmtptuiError):
    """The local state cannot be read or written."""

    kind = "state"
