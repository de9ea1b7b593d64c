"""Attach the probe's opinion to credentials, from recorded verdicts, and mark it when it is outdated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from smtptui.model.credential import Credential
from smtptui.model.timestamps import parse_timestamp
from smtptui.model.verification import SAME_EVENT, ProbeOpinion, Status
from smtptui.state.verdicts import ProbedLogin, VerdictRecord
from smtptui.workspace.core.workspace import Workspace

OPINION_BY_VERDICT_STATUS: Mapping[str, Status] = {"verified": Status.VERIFIED, "failed": Status.FAILED}
"""The opinion for a verdict's status; any other status is unknown."""


class ProbeOpinions:
    """The recorded verdicts of one account, read once."""

    def __init__(self, ws: Workspace, account: str) -> None:
        self._ws = ws
        self._latest = ws.state.verdicts.latest_by_id(account)
        self._changes = ws.state.verdicts.change_times(account) if self._latest else {}

    def attach(self, credentials: Sequence[Credential]) -> Sequence[Credential]:
        """Return the credentials with our probe's opinion, where there is one."""
        if not self._latest:
            return credentials
        return [
            _attach_opinion(self._ws, item, self._latest.get(item.id), self._changes.get(item.id))
            for item in credentials
        ]


def attach_probe_opinions(ws: Workspace, credentials: Iterable[Credential]) -> list[Credential]:
    """Attach our probe's opinion to a few credentials of any accounts, looking up each."""
    verdicts = ws.state.verdicts
    return [
        _attach_opinion(
            ws,
            item,
            verdicts.find_last(item.account, item.id),
            verdicts.find_change_time(item.account, item.id),
        )
        for item in credentials
    ]


def _attach_opinion(
    ws: Workspace, credential: Credential, verdict: VerdictRecord | None, changed_at: str | None
) -> Credential:
    if verdict is None:
        return credential
    opinion = ProbeOpinion(
        OPINION_BY_VERDICT_STATUS.get(verdict.status, Status.UNKNOWN),
        verdict.at,
        verdict.detail,
        verdict.verdict,
        _is_outdated(ws, credential, verdict, changed_at),
    )
    return replace(credential, verification=replace(credential.verification, probe=opinion))


def _is_outdated(
    ws: Workspace, credential: Credential, verdict: VerdictRecord, changed_at: str | None
) -> bool:
    """Whether the record changed since it was tested, as far as can be known without the password."""
    if ProbedLogin.from_credential(credential, verdict.login.reference) != verdict.login:
        return True
    configured = ws.password_reference(credential)
    if configured is not None and verdict.login.reference not in (None, configured):
        return True
    if changed_at is not None and parse_timestamp(changed_at) > parse_timestamp(verdict.at):
        return True
    return _is_changed_elsewhere(credential, verdict)


def _is_changed_elsewhere(credential: Credential, verdict: VerdictRecord) -> bool:
    updated_at, verified_at = credential.updated_at, credential.verification.provider.at
    if updated_at is None or parse_timestamp(updated_at) <= parse_timestamp(verdict.at):
        return False
    # The provider's own verification may have changed `updated_at`.
    if verified_at is None:
        return True
    return abs(parse_timestamp(updated_at) - parse_timestamp(verified_at)) >= SAME_EVENT
