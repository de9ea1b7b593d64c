"""The contract suite for the four dialects against the sandbox, and for files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from smtptui.model.change import Draft
from smtptui.providers.blue import SPEC as BLUE
from smtptui.providers.digitanium import SPEC as DIGITANIUM
from smtptui.providers.file import SPEC as FILE
from smtptui.providers.pipefy import SPEC as PIPEFY
from smtptui.providers.sendmux import SPEC as SENDMUX
from smtptui.sandbox.running import RunningSandbox
from smtptui.secrets.secret import Secret
from smtptui.testing.contract import ProviderContract, ServerFault
from tests.canary import secret_text


class AgainstTheSandbox(ProviderContract):
    """An account of the sandbox, with its faults and stored passwords."""

    account_name: ClassVar[str]
    password_key: ClassVar[str]
    sandbox: RunningSandbox

    @pytest.fixture(autouse=True)
    def _at_the_sandbox(self, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        async def go_on(delay: float) -> None:
            pass

        monkeypatch.setattr("stamina._core._smart_sleep", go_on)
        self.sandbox = sandbox
        self.base_url = self._section["base_url"]

    @property
    def _section(self) -> dict[str, Any]:
        config = tomllib.loads(Path(self.sandbox.config).read_text())
        return {
            key: value.removeprefix("inline:") if isinstance(value, str) else value
            for key, value in config["accounts"][self.account_name].items()
        }

    def settings(self) -> Mapping[str, str | Mapping[str, str]]:
        known = {setting.name for setting in self.spec.settings}
        return {key: value for key, value in self._section.items() if key in known}

    def draft(self, number: int) -> Draft:
        address = f"contract-{self.account_name}-{number}@mg.acme.example"
        return Draft(
            {
                "host": "smtp.mailgun.org",
                "port": 587,
                "username": address,
                "from_email": address,
                "from_name": f"Contract {number}",
            },
            Secret(secret_text(f"contract-{number}")),
        )

    def inject(self, fault: ServerFault | None) -> None:
        self.sandbox.faults([{"account": self.account_name, **fault.to_json()}] if fault else [])

    def stored_password(self, id: str) -> str | None:
        records = self.sandbox.state()[self.account_name]
        if self.spec.capabilities.single_record:
            return str(records[0][self.password_key])
        return next(str(record[self.password_key]) for record in records if record["id"] == id)


class TestBlue(AgainstTheSandbox):
    spec = BLUE
    account_name = "acme-blue"
    password_key = "password"


class TestPipefy(AgainstTheSandbox):
    spec = PIPEFY
    account_name = "acme-pipefy"
    password_key = "password"


class TestSendmux(AgainstTheSandbox):
    spec = SENDMUX
    account_name = "acme-sendmux"
    password_key = "smtp_password"


class TestDigitanium(AgainstTheSandbox):
    spec = DIGITANIUM
    account_name = "acme-idp"
    password_key = "password"


class TestDigitaniumShift(TestDigitanium):
    def settings(self) -> Mapping[str, str | Mapping[str, str]]:
        return {**super().settings(), "variant": "shift"}


class TestFile(ProviderContract):
    spec = FILE

    @pytest.fixture(autouse=True)
    def _at_a_path(self, tmp_path: Path) -> None:
        self.path = tmp_path / "creds.toml"

    def settings(self) -> Mapping[str, str]:
        return {"path": str(self.path)}

    def draft(self, number: int) -> Draft:
        address = f"contract-{number}@mg.acme.example"
        return Draft(
            {"host": "smtp.mailgun.org", "port": 587, "username": address, "from_email": address},
            native={
                "password_from": f"env:CONTRACT_{number}",
                "quotas": {"per_hour": number, "per_day": None},
            },
        )
