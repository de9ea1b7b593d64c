"""A stranger's package that fails: its account says so, the others are listed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Ended, start_apart

PACKAGE = """
from dataclasses import replace
from smtptui.providers.base import Provider
from smtptui.providers.file import SPEC as FILE

class Broken(Provider):
    capabilities = FILE.capabilities
    async def list(self):
        1 / 0
        yield
    async def check(self):
        1 / 0

SPEC = replace(FILE, name="broken", adapter="brokenkit:Broken")
"""

STORED = '[[credentials]]\nid = "one"\nhost = "smtp.example.org"\nport = 587\nusername = "u"\n'


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., Ended]:
    """The program with the package installed, whose source is given, and one good account beside its own."""
    site, file, config = tmp_path / "site", tmp_path / "stored.toml", tmp_path / "config.toml"
    metadata = site / "brokenkit-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: brokenkit\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[smtptui.providers]\nbroken = brokenkit:SPEC\n")
    file.write_text("schema = 1\n" + STORED)
    config.write_text(
        f'[accounts.bad]\nprovider = "broken"\npath = "{file}"\n\n[accounts.good]\nprovider = "file"\npath = "{file}"\n'
    )
    for path in (file, config):
        path.chmod(0o600)

    def run(*words: str, package: str = PACKAGE) -> Ended:
        (site / "brokenkit.py").write_text(package)
        found = os.pathsep.join([str(ROOT), str(site)])
        return start_apart(
            *words, home=tmp_path / "home", env={"PYTHONPATH": found, "SMTPTUI_CONFIG": str(config)}
        )

    return run


def test_a_package_that_fails_leaves_the_other_accounts(broken: Callable[..., Ended]) -> None:
    ended = broken("list", "--json")
    assert ended.status == 3
    assert [item["account"] for item in ended.json["credentials"]] == ["good"]
    (error,) = [item["error"] for item in ended.json["accounts"] if item["account"] == "bad"]
    assert (error["kind"], error["account"]) == ("provider_broken", "bad")
    assert "The provider package broken (brokenkit) failed (ZeroDivisionError)" in ended.err
    assert "smtptui-crash-" in ended.err


def test_a_package_that_fails_when_checked(broken: Callable[..., Ended]) -> None:
    ended = broken("accounts", "--check", "--json")
    assert ended.status == 3
    accounts = {item["account"]: item for item in ended.json["accounts"]}
    assert accounts["bad"]["error"]["kind"] == "provider_broken"
    assert accounts["good"]["check"]
    assert broken("audit").status == 3


def test_a_package_that_cannot_be_loaded_is_named_with_its_reason(broken: Callable[..., Ended]) -> None:
    ended = broken("list", "--json", package="1 / 0")
    assert ended.status == 2
    assert "names a provider that cannot be used" in ended.err
    assert "cannot be loaded (ZeroDivisionError: division by zero)" in ended.err
    assert "brokenkit:SPEC" in ended.err
    assert "Did you mean" not in ended.err
