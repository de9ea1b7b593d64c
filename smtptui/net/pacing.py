"""Staying below a provider's limit, so that its 429 is an exception and not the rule. No clock, no waiting."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace

from smtptui.net.quota import Quota, ServerClock
from smtptui.net.sliding_window import Log, SlidingWindow

OWN_WINDOW = 61.0
"""A documented minute, and a second for what we cannot see."""
ROUNDED = 2.0
"""Seconds by which a told reset may be later than the truth: a second of its own, a second of `Date`."""
SHORTEST = 0.001
LARGEST_LIMIT = 10_000
KEPT = 1000


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request on its way: its number, when it was sent, which others were out, how many had come back."""

    number: int
    sent: float
    others: frozenset[int]
    before: int


@dataclass(frozen=True, slots=True)
class _Told:
    """What the provider said was left when a request arrived, which was answered `at`, and when it starts anew."""

    left: int
    limit: int | None
    reset_at: float | None
    at: float
    later: int


class Pacer:
    """Says when the next request may go. All times are seconds of one clock that never goes back.

    What the provider says rules: requests that it may not have counted yet are taken off what is left, and when
    none is left nothing goes before its reset, but for requests that are known to have dropped out of a sliding
    window in the last moments before it. Without such headers at most `requests_per_minute` go in a minute.
    """

    def __init__(self, requests_per_minute: int | None) -> None:
        self._limit = requests_per_minute
        self._log = Log(requests_per_minute or 0)
        self._window = SlidingWindow(self._log)
        self._clock = ServerClock()
        self._said: dict[int, _Told] = {}
        self._newest: Ticket | None = None
        self._number = 0
        self._out: set[int] = set()
        self._refused = False
        self._held_until = -math.inf

    def hold(self, until: float) -> None:
        """The provider refused, and wants nothing before then."""
        self._held_until = max(self._held_until, until)

    def pause(self, now: float) -> float:
        """Seconds until it is worth asking again: 0 says go, infinity that an answer must come first."""
        return max(self._held_until - now, self._due(now))

    def _due(self, now: float) -> float:
        if self._newest is None:
            return self._by_own_count(now)
        since = self._number - self._newest.number
        told, unsure = self._word(self._newest)
        left = told.left - unsure - since
        if left > 0:
            return 0.0
        if told.reset_at is None:
            return self._by_own_count(now)
        if now >= told.reset_at - ROUNDED and left + self._window.dropped_out(told.at, now) > 0:
            return 0.0
        due = told.reset_at
        if now >= due:
            # one goes to see what is left now, unless what dropped out has been used
            if not self._out or since <= max(0, told.left - unsure):
                return 0.0
            due = math.inf
        if (drop := self._window.next_drop(told.at, now)) is not None:
            due = min(due, max(drop, told.reset_at - ROUNDED))
        return max(SHORTEST, due - now)

    def sent(self, now: float) -> Ticket:
        self._number += 1
        ticket = Ticket(self._number, now, frozenset(self._out), self._log.total)
        self._out.add(ticket.number)
        return ticket

    def answered(
        self, ticket: Ticket, now: float, quota: Quota | None, *, unix: float | None, refused: bool
    ) -> None:
        """`quota` is None where none was told, or no answer came; `unix` the provider's time; `refused` a 429."""
        self._out.discard(ticket.number)
        self._log.add(ticket.sent, now)
        if unix is not None:
            self._clock.heard(unix, now)
        if refused:
            self._refused = True
            self._window.forget()
        if quota is None:
            return
        told = _Told(
            left=0 if refused else quota.left,
            limit=quota.limit,
            reset_at=self._reset_at(quota, now),
            at=now,
            later=self._number - ticket.number,
        )
        if self._newest is None or ticket.number > self._newest.number:
            self._learn(ticket, now, told)
            self._newest = ticket
        self._said[ticket.number] = told
        if len(self._said) > KEPT:
            for number in sorted(self._said)[: KEPT // 2]:
                if number != self._newest.number:
                    del self._said[number]

    def _word(self, newest: Ticket) -> tuple[_Told, int]:
        """What the newest request and those that were out beside it were told, and how many of them were not.

        One of them arrived last, and that one's word is the truth: the least of all is safe.
        """
        told = self._said[newest.number]
        unsure = 0
        for number in newest.others:
            other = self._said.get(number)
            if other is None:
                unsure += 1
                continue
            resets = [at for at in (told.reset_at, other.reset_at) if at is not None]
            told = replace(
                told,
                left=min(told.left, other.left),
                reset_at=max(resets, default=None),
                at=max(told.at, other.at),
            )
        return told, unsure

    def _learn(self, ticket: Ticket, now: float, told: _Told) -> None:
        """A provider that refused once, although it was paced, is only taken by its word."""
        if self._refused or told.limit is None or told.limit > LARGEST_LIMIT:
            return
        self._log.keep = max(self._limit or 0, 2 * told.limit)
        if self._newest is None or self._said[self._newest.number].limit != told.limit:
            self._window.forget()
            return
        before = self._said[self._newest.number]
        new = ticket.number - len(ticket.others) - self._newest.number - before.later
        used = told.limit - told.left
        drop = used < told.limit - before.left + new
        self._window.learn(used, ticket.sent, now, ticket.before, len(self._out), drop=drop)

    def _reset_at(self, quota: Quota, now: float) -> float | None:
        if quota.reset is None:
            return None
        at = self._clock.reached(quota.reset) if quota.unix else now + quota.reset
        # a provider that refused before its reset was over rounds it down
        return max(now, at + 1.0 if self._refused else at)

    def _by_own_count(self, now: float) -> float:
        if self._limit is None:
            return 0.0
        counted = self._log.answered
        first = bisect_right(counted, now - OWN_WINDOW)
        if len(self._out) + len(counted) - first < self._limit:
            return 0.0
        return max(SHORTEST, counted[first] + OWN_WINDOW - now) if first < len(counted) else math.inf
