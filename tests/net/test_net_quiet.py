"""Importing net is cheap, and only temporary errors are retried."""

from __future__ import annotations

import subprocess
import sys

import pytest

from smtptui.model.errors import OutcomeUnknownError, RateLimitedError, UnavailableError
from smtptui.net.retry import CERTIFICATE_CODE, wait_before_retry
from tests.net.doubles import session


def test_importing_net_loads_nothing_heavy() -> None:
    code = (
        "import sys, smtptui.net.session, smtptui.net.oauth, smtptui.net.graphql;"
        "heavy = {'httpx', 'httpx2', 'gql', 'graphql', 'stamina', 'pydantic', 'rich'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("choice", ["", "httpx"])
def test_gql_and_net_use_one_library(choice: str) -> None:
    code = (
        "import sys; from smtptui.net.library import httpx; import smtptui.net.graphql_transport;"
        "loaded = [m for m in ('httpx', 'httpx2') if m in sys.modules];"
        "print(httpx.__name__, loaded == [httpx.__name__])"
    )
    env = {"SMTPTUI_HTTP_LIBRARY": choice}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    name, alone = done.stdout.split()
    assert alone == "True"
    assert not choice or name == choice


def test_an_unknown_library_is_refused_in_words() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import smtptui.net.library"],
        capture_output=True,
        text=True,
        env={"SMTPTUI_HTTP_LIBRARY": "curl"},
        check=False,
    )
    assert "ConfigurationError: SMTPTUI_HTTP_LIBRARY is neither" in done.stderr


def test_a_session_that_sends_nothing_opens_nothing() -> None:
    assert session()._connections is None


def test_only_temporary_errors_are_retried() -> None:
    assert wait_before_retry(UnavailableError("x")) is True
    assert wait_before_retry(RateLimitedError("x", retry_after=60)) == 60
    assert wait_before_retry(RateLimitedError("x", retry_after=61)) is False
    assert wait_before_retry(UnavailableError("x", code=CERTIFICATE_CODE)) is False
    assert wait_before_retry(OutcomeUnknownError("x")) is False
    assert wait_before_retry(ValueError("x")) is False
