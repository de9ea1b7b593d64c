"""Whether a credential works: two opinions, the provider's and our probe's, which are never merged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from smtptui.model.json_value import Json
from smtptui.model.timestamps import parse_timestamp

SAME_EVENT = timedelta(seconds=5)
"""A verification may itself change a record's `updated_at`, by up to this much before or after its own time."""


class Status(StrEnum):
    VERIFIED = "verified"
    FAILED = "failed"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Opinion:
    """One opinion. `at` is RFC 3339 UTC, None when unknown; `detail` is a sentence."""

    status: Status = Status.UNKNOWN
    at: str | None = None
    detail: str = ""

    def to_json(self) -> dict[str, Json]:
        return {"status": str(self.status), "at": self.at, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class ProbeOpinion(Opinion):
    """Our probe's opinion: the verdict id, and whether the credential changed since."""

    verdict: str | None = None
    outdated: bool = False

    def to_json(self) -> dict[str, Json]:
        return {**Opinion.to_json(self), "verdict": self.verdict, "outdated": self.outdated}


_TELLING = (Status.VERIFIED, Status.FAILED)

NEVER_PROBED = ProbeOpinion(Status.NEVER)
UNKNOWN_OPINION = Opinion()


@dataclass(frozen=True, slots=True)
class Verification:
    """Both opinions."""

    provider: Opinion = field(default=UNKNOWN_OPINION)
    probe: ProbeOpinion = field(default=NEVER_PROBED)

    @property
    def summary_opinion(self) -> Opinion | None:
        """The newer conclusive opinion that is not outdated; None when there is none."""
        provider, probe = self.provider, self.probe
        if probe.status not in _TELLING or probe.outdated:
            return provider if provider.status in _TELLING else None
        if provider.status not in _TELLING:
            return probe
        if provider.at and probe.at:
            return max(provider, probe, key=lambda opinion: parse_timestamp(opinion.at or ""))
        # An opinion without a time cannot be proven newer than one with a time.
        return probe if probe.at and not provider.at else provider

    @property
    def summary(self) -> Status:
        opinion = self.summary_opinion
        if opinion is not None:
            return opinion.status
        if self.provider.status is Status.NEVER and self.probe.status is Status.NEVER:
            return Status.NEVER
        return Status.UNKNOWN

    @property
    def at(self) -> str | None:
        """The time of the opinion behind the summary."""
        opinion = self.summary_opinion
        return opinion.at if opinion else None

    def to_json(self) -> dict[str, Json]:
        return {
            "summary": str(self.summary),
            "provider": self.provider.to_json(),
            "probe": self.probe.to_json(),
        }
