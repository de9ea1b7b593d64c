"""Pacing: computes when the next request may be sent without exceeding the provider's rate limit. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace

from smtptui.net.quota import Quota, ServerClock
from smtptui.net.sliding_window import RequestTimes, SlidingWindow

WINDOW_SECONDS = 61.0
"""The minute of a documented limit, and a second for network delays."""
RESET_ROUNDING = 2.0
"""Seconds by which a reported reset may be too late: both it and `Date` are rounded to seconds."""
MIN_DELAY = 0.001
MAX_TRACKED_LIMIT = 10_000
MAX_REPORTS = 1000


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request in flight: its number, when it was sent, which others were in flight, how many were answered."""

    number: int
    sent: float
    in_flight: frozenset[int]
    answered_before: int


@dataclass(frozen=True, slots=True)
class _QuotaReport:
    """The quota that the response received `at` reported: how many requests were left, and when it resets."""

    left: int
    limit: int | None
    reset_at: float | None
    at: float
    later: int


class Pacer:
    """Computes when the next request may be sent. All times are seconds of one monotonic clock.

    The provider's headers rule: requests that it may not have counted yet are subtracted from the reported rest,
    and when nothing is left, nothing is sent before the reset, except in place of requests that have certainly
    dropped out of a sliding window. Without such headers at most `requests_per_minute` are sent in a minute.
    """

    def __init__(self, requests_per_minute: int | None) -> None:
        self._limit = requests_per_minute
        self._log = RequestTimes(requests_per_minute or 0)
        self._window = SlidingWindow(self._log)
        self._clock = ServerClock()
        self._reports: dict[int, _QuotaReport] = {}
        self._newest: Ticket | None = None
        self._number = 0
        self._in_flight: set[int] = set()
        self._was_refused = False
        self._blocked_until = -math.inf

    def block_until(self, until: float) -> None:
        """Allow nothing before `until`, after a refusal."""
        self._blocked_until = max(self._blocked_until, until)

    def compute_delay(self, now: float) -> float:
        """Return the seconds to wait: 0 to send now, infinity to wait for a response first."""
        return max(self._blocked_until - now, self._delay_by_quota(now))

    def _delay_by_quota(self, now: float) -> float:
        if self._newest is None:
            return self._delay_by_own_count(now)
        since = self._number - self._newest.number
        report, unsure = self._combine_reports(self._newest)
        left = report.left - unsure - since
        if left > 0:
            return 0.0
        if report.reset_at is None:
            return self._delay_by_own_count(now)
        if now >= report.reset_at - RESET_ROUNDING and left + self._window.count_dropped(report.at, now) > 0:
            return 0.0
        due = report.reset_at
        if now >= due:
            # One request finds out what is left now, unless the places that dropped out are used already.
            if not self._in_flight or since <= max(0, report.left - unsure):
                return 0.0
            due = math.inf
        if (drop := self._window.find_next_drop(report.at, now)) is not None:
            due = min(due, max(drop, report.reset_at - RESET_ROUNDING))
        return max(MIN_DELAY, due - now)

    def record_request(self, now: float) -> Ticket:
        self._number += 1
        ticket = Ticket(self._number, now, frozenset(self._in_flight), self._log.total)
        self._in_flight.add(ticket.number)
        return ticket

    def record_response(
        self, ticket: Ticket, now: float, quota: Quota | None, *, unix: float | None, refused: bool
    ) -> None:
        """Record a response: `quota` as reported or None, `unix` the provider's time, `refused` for a 429."""
        self._in_flight.discard(ticket.number)
        self._log.add(ticket.sent, now)
        if unix is not None:
            self._clock.update(unix, now)
        if refused:
            self._was_refused = True
            self._window.reset()
        if quota is None:
            return
        report = _QuotaReport(
            left=0 if refused else quota.left,
            limit=quota.limit,
            reset_at=self._reset_at(quota, now),
            at=now,
            later=self._number - ticket.number,
        )
        if self._newest is None or ticket.number > self._newest.number:
            self._learn(ticket, now, report)
            self._newest = ticket
        self._reports[ticket.number] = report
        if len(self._reports) > MAX_REPORTS:
            for number in sorted(self._reports)[: MAX_REPORTS // 2]:
                if number != self._newest.number:
                    del self._reports[number]

    def _combine_reports(self, newest: Ticket) -> tuple[_QuotaReport, int]:
        """Combine the reports of the newest request and those in flight with it; also count the missing ones.

        Which of them arrived last is not known, so the lowest quota is taken.
        """
        report = self._reports[newest.number]
        unsure = 0
        for number in newest.in_flight:
            other = self._reports.get(number)
            if other is None:
                unsure += 1
                continue
            resets = [at for at in (report.reset_at, other.reset_at) if at is not None]
            report = replace(
                report,
                left=min(report.left, other.left),
                reset_at=max(resets, default=None),
                at=max(report.at, other.at),
            )
        return report, unsure

    def _learn(self, ticket: Ticket, now: float, report: _QuotaReport) -> None:
        """Learn the window length; not after a refusal despite pacing, which shows another kind of limit."""
        if self._was_refused or report.limit is None or report.limit > MAX_TRACKED_LIMIT:
            return
        self._log.capacity = max(self._limit or 0, 2 * report.limit)
        if self._newest is None or self._reports[self._newest.number].limit != report.limit:
            self._window.reset()
            return
        before = self._reports[self._newest.number]
        new = ticket.number - len(ticket.in_flight) - self._newest.number - before.later
        used = report.limit - report.left
        drop = used < report.limit - before.left + new
        self._window.learn(used, ticket.sent, now, ticket.answered_before, len(self._in_flight), drop=drop)

    def _reset_at(self, quota: Quota, now: float) -> float | None:
        if quota.reset is None:
            return None
        at = self._clock.to_local(quota.reset) if quota.is_unix_time else now + quota.reset
        # A provider that refused before its own reset rounds the time down.
        return max(now, at + 1.0 if self._was_refused else at)

    def _delay_by_own_count(self, now: float) -> float:
        if self._limit is None:
            return 0.0
        counted = self._log.answered_at
        first = bisect_right(counted, now - WINDOW_SECONDS)
        if len(self._in_flight) + len(counted) - first < self._limit:
            return 0.0
        return max(MIN_DELAY, counted[first] + WINDOW_SECONDS - now) if first < len(counted) else math.inf
