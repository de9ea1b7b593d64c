"""The contract suite as a plugin author uses it: a read-only provider passes in a few lines, a wrong one fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace

import pytest

from smtptui.model.capability import READ_ONLY, Capabilities, ProviderOperation
from smtptui.model.change import Draft
from smtptui.model.credential import Credential
from smtptui.model.errors import LoginRefusedError, NotFoundError
from smtptui.model.setting import Setting, SettingKind
from smtptui.providers.base import Check, ListingEnd, Page, Provider, ProviderSpec
from smtptui.secrets.secret import Secret
from smtptui.testing.contract import ProviderContract
from tests.canary import secret_text

TOKEN = secret_text("paper")


class Paper(Provider):
    """Two credentials written on paper."""

    capabilities = Capabilities(
        provider="paper",
        title="Paper",
        fields={"host": READ_ONLY, "port": READ_ONLY},
        operations=frozenset({ProviderOperation.LIST, ProviderOperation.CHECK}),
    )
    ids: tuple[str, ...] = ("1", "2")

    async def list(self) -> AsyncGenerator[Page | ListingEnd, None]:
        for id in self.ids:
            yield Page([Credential(account=self.account.name, provider="paper", id=id, host="h", port=25)])
        yield ListingEnd(complete=True)

    async def check(self) -> Check:
        if self.account.get_secret("token") != Secret(TOKEN):
            raise LoginRefusedError("Wrong token.")
        return Check("token", {ProviderOperation.LIST: True})


def spec_for(kind: type[Provider]) -> ProviderSpec:
    """Build the spec that an entry point would name for a class."""
    return ProviderSpec(
        name="paper",
        title="Paper",
        capabilities=kind.capabilities,
        settings=(Setting("token", "Token", "The token.", SettingKind.SECRET, required=True),),
        adapter=f"{__name__}:{kind.__name__}",
        base_url="http://127.0.0.1:9",
    )


class TestPaper(ProviderContract):
    spec = spec_for(Paper)

    def settings(self) -> Mapping[str, str]:
        return {"token": TOKEN}

    def draft(self, number: int) -> Draft:
        return Draft({"host": "h", "port": 25})


class Doubled(Paper):
    ids = ("1", "1")


class Boastful(Paper):
    capabilities = replace(
        Paper.capabilities, operations=Paper.capabilities.operations | {ProviderOperation.GET}
    )


class Secretive(Paper):
    async def get(self, id: str) -> Credential:
        raise NotFoundError("It is not listed.")


def suite_for(kind: type[Provider]) -> ProviderContract:
    suite = type("Suite", (TestPaper,), {"spec": spec_for(kind)})()
    assert isinstance(suite, ProviderContract)
    return suite


def test_a_record_listed_twice_is_caught() -> None:
    with pytest.raises(AssertionError):
        suite_for(Doubled).test_list_is_complete_and_without_duplicates()


@pytest.mark.parametrize("kind", [Boastful, Secretive])
def test_capabilities_that_are_not_true_are_caught_both_ways(kind: type[Provider]) -> None:
    with pytest.raises(AssertionError):
        suite_for(kind).test_declared_operations_are_there_and_no_others()
