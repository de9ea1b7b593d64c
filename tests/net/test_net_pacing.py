"""Pacing stays close to the limit without a 429, in made-up time against a simulated provider."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtptui.net.pacing import Pacer
from smtptui.net.quota import Quota, ServerClock, parse_quota
from smtptui.net.response import Response
from tests.net.doubles import BASE
from tests.net.limited_provider import Provider, Run

DAY = 1_767_225_600.0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x-ratelimit-remaining": "many"}, None),
        ({"x-ratelimit-remaining": "-1"}, None),
        ({"x-ratelimit-remaining": "0"}, Quota(0)),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "9"}, Quota(3, None, 9.0)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, Quota(0)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "nan"}, Quota(0)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "inf"}, Quota(0)),
        (
            {"x-ratelimit-remaining": "1", "x-ratelimit-limit": "600;w=60", "x-ratelimit-reset": "0.5"},
            Quota(1, 600, 0.5),
        ),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767225610"}, Quota(0, None, DAY + 10, True)),
        (
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1767225610250"},
            Quota(0, None, DAY + 10.25, True),
        ),
    ],
)
def test_rate_limit_headers_are_parsed(headers: dict[str, str], expected: Quota | None) -> None:
    assert parse_quota(Response(200, headers, b"", BASE)) == expected


def test_the_providers_clock_is_estimated_to_a_fraction_of_a_second() -> None:
    clock = ServerClock()
    for tenth in range(30):
        now = 50 + tenth / 10
        clock.update(math.floor(DAY + 0.75 + now), now + 0.01)
    assert clock.to_local(DAY + 100) == pytest.approx(99.25, abs=0.12)
    assert clock.to_local(DAY + 100) >= 99.25


def test_a_clock_that_was_set_back_is_followed() -> None:
    clock = ServerClock()
    clock.update(DAY + 3600, 10)
    clock.update(DAY, 11)
    assert clock.to_local(DAY + 60) == 71


PROVIDERS: dict[str, Any] = {
    "kind": st.sampled_from(["sliding", "fixed"]),
    "reset": st.sampled_from(["unix", "unix-ms", "seconds"]),
    "limit": st.sampled_from([1, 2, 3, 7, 40, 200]),
    "window": st.floats(2.0, 66.0),
    "phase": st.floats(0.0, 60.0),
    "ahead": st.floats(DAY - 5, DAY + 5),
}
RUNS: dict[str, Any] = {
    "concurrency": st.sampled_from([1, 2, 4, 8]),
    "latency": st.floats(0.001, 0.1).map(lambda most: (most / 3, most)),
    "slow": st.sampled_from([0.0, 0.1, 1.0, 5.0]),
    "work": st.sampled_from([(0.0, 0.0), (0.0, 0.05), (0.0, 1.0)]),
    "seed": st.integers(0, 1_000_000),
}


@settings(max_examples=100, deadline=None)
@given(
    st.builds(Provider, **PROVIDERS),
    st.fixed_dictionaries(RUNS),
    st.lists(st.tuples(st.integers(1, 300), st.floats(0.0, 70.0)), min_size=1, max_size=3),
)
def test_no_429_whatever_the_limit_and_the_load(
    provider: Provider, load: dict[str, Any], bursts: list[tuple[int, float]]
) -> None:
    run = Run(provider, Pacer(provider.limit), **load)
    for count, idle in bursts:
        run.requests(min(count, 4 * provider.limit))
        run.now += idle
    assert provider.refused == 0


@settings(max_examples=15, deadline=None)
@given(
    st.builds(
        Provider,
        limit=st.just(300),
        reset=st.sampled_from(["unix", "unix-ms", "seconds"]),
        window=st.sampled_from([6.0, 12.0, 60.0]),
        ahead=PROVIDERS["ahead"],
    ),
    st.sampled_from([1, 4]),
    st.integers(0, 1_000_000),
)
def test_at_least_95_percent_of_the_allowed_rate_without_a_429(
    provider: Provider, concurrency: int, seed: int
) -> None:
    """The client assumes a minute and learns a shorter window from the quota."""
    latency = (0.001, 0.003) if concurrency == 1 else (0.004, 0.012)
    run = Run(provider, Pacer(300), concurrency=concurrency, latency=latency, seed=seed)
    count = 1520
    taken = run.requests(count)
    assert provider.refused == 0
    assert count / taken >= 0.95 * provider.limit / provider.window


@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("kind", ["sliding", "fixed"])
def test_without_headers_the_documented_limit_is_kept_and_used(kind: str, concurrency: int) -> None:
    provider = Provider(kind=kind, headers=False, phase=7.0)
    run = Run(provider, Pacer(600), concurrency=concurrency)
    count = 3020
    taken = run.requests(count)
    assert provider.refused == 0
    assert count / taken >= 0.95 * 600 / 60


def test_a_short_burst_does_not_wait() -> None:
    assert Run(Provider(headers=False), Pacer(600), concurrency=4).requests(500) < 2


@pytest.mark.parametrize("concurrency", [1, 4])
def test_without_a_documented_limit_only_the_provider_slows_it_down(concurrency: int) -> None:
    assert (
        Run(Provider(headers=False, limit=10_000), Pacer(None), concurrency=concurrency).requests(2000) < 30
    )
    provider = Provider(limit=100)
    Run(provider, Pacer(None), concurrency=concurrency).requests(350)
    assert provider.refused == 0


@pytest.mark.parametrize("kind", ["sliding", "fixed"])
@pytest.mark.parametrize("lost", [0.05, 0.5])
def test_lost_responses_do_not_block_later_requests(kind: str, lost: float) -> None:
    provider = Provider(kind=kind, limit=20, window=6.0)
    run = Run(provider, Pacer(20), concurrency=4, lost=lost)
    assert run.requests(200) < 200
    assert provider.refused <= 200 * lost


def test_requests_of_others_with_the_same_key_are_counted() -> None:
    provider = Provider(limit=600)
    run = Run(provider, Pacer(600))
    run.requests(5)
    provider.seen.extend([run.now] * 590)
    run.requests(100)
    assert provider.refused == 0


def test_a_429_ends_the_learning() -> None:
    pacer = Pacer(600)
    first = pacer.record_request(0.0)
    pacer.record_response(first, 0.1, Quota(500, 600, 30.0), unix=None, refused=True)
    assert pacer.compute_delay(0.1) == pytest.approx(31.0)
    assert pacer.compute_delay(31.1) == 0.0


def test_after_the_reset_one_request_goes_and_the_others_wait_for_its_response() -> None:
    pacer = Pacer(600)
    pacer.record_response(pacer.record_request(0.0), 0.1, Quota(0, 600, 5.0), unix=None, refused=False)
    assert pacer.compute_delay(1.0) == pytest.approx(4.1)
    asking = pacer.record_request(5.1)
    assert pacer.compute_delay(5.2) == math.inf
    pacer.record_response(asking, 5.3, Quota(599, 600, 60.0), unix=None, refused=False)
    assert pacer.compute_delay(5.3) == 0.0
