"""Create, edit and delete: at most once, without overwriting others' changes, settled after a lost response."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from smtptui.model.change import Change, Draft, Set
from smtptui.model.errors import (
    ConflictError,
    LoginRefusedError,
    OutcomeUnknownError,
    ReadOnlyError,
    SecretMissingError,
    UnavailableError,
    UsageError,
)
from smtptui.model.verification import Opinion, Status
from smtptui.secrets.reference import parse_reference
from smtptui.secrets.secret import Secret
from smtptui.workspace.core import workspace as opening
from smtptui.workspace.core.items import ItemFailed
from smtptui.workspace.credentials.create import create
from smtptui.workspace.credentials.delete import delete, describe_deletion
from smtptui.workspace.credentials.edit import collect_edit_warnings, edit, record_stored
from smtptui.workspace.credentials.events import ItemDeleted
from smtptui.workspace.credentials.show import show
from tests.canary import secret_text
from tests.workspace.fake_provider import CAPABILITIES, SPEC, fake, workspace

DRAFT = Draft({"host": "smtp.example.com", "port": 587, "username": "new"}, Secret(secret_text("create")))


def writes(calls: list[str]) -> list[str]:
    return [call for call in calls if call not in ("list", "check")]


@pytest.mark.parametrize(("lose", "stored"), [("after", True), ("before", False)])
async def test_reading_again_settles_a_create_whose_response_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: str, stored: bool
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.seed("1", username="new")
        provider.lose = lose
        if stored:
            result = await create(ws, "a", DRAFT)
            assert result.credential.id == "2"
            assert any("found the record" in text for text in result.warnings)
            assert any("already had" in text for text in result.warnings)
        else:
            with pytest.raises(UnavailableError, match="nothing was stored"):
                await create(ws, "a", DRAFT)
        assert writes(provider.calls) == ["create"]


async def test_a_create_that_cannot_be_settled_stays_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.lose = "after"
        real = provider.create

        async def create_then_break(*args, **kwargs):  # type: ignore[no-untyped-def]
            try:
                return await real(*args, **kwargs)
            finally:
                provider.broken = UnavailableError("down")

        monkeypatch.setattr(provider, "create", create_then_break)
        with pytest.raises(OutcomeUnknownError):
            await create(ws, "a", DRAFT)


@pytest.mark.parametrize("lose", ["after", "before"])
async def test_reading_again_settles_a_repeated_create_whose_response_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: str
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        monkeypatch.setattr(provider, "capabilities", replace(CAPABILITIES, idempotent_create=True))
        provider.seed("1", username="new")
        provider.lose, provider.losses = lose, 2
        if lose == "after":
            result = await create(ws, "a", DRAFT)
            assert result.credential.id == "2"
            assert any("found the record" in text for text in result.warnings)
        else:
            with pytest.raises(UnavailableError, match="nothing was stored"):
                await create(ws, "a", DRAFT)
        assert writes(provider.calls) == ["create", "create"]


@pytest.mark.parametrize(
    ("lose", "change", "outcome"),
    [
        ("after", Change({"from_name": "New"}), "done"),
        ("before", Change({"from_name": "New"}), UnavailableError),
        ("after", Change({}, Set(Secret(secret_text("edit")))), "done"),
        ("before", Change({}, Set(Secret(secret_text("edit")))), UnavailableError),
    ],
)
async def test_reading_again_settles_an_edit_whose_response_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: str, change: Change, outcome: object
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.seed("1", from_name="Old")
        provider.lose = lose
        seen = await show(ws, ("a", "1"))
        if outcome == "done":
            assert "response was lost" in (await edit(ws, seen, change)).warnings[0]
        else:
            with pytest.raises(UnavailableError, match="nothing was changed"):
                await edit(ws, seen, change)
        assert len(writes(provider.calls)) == 1


async def test_an_unfinished_change_and_its_completion_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.seed("1", from_name="Old")
        provider.left = "A promotion was interrupted."
        seen = await show(ws, ("a", "1"))
        assert ws.notices == ["a: A promotion was interrupted."]
        await edit(ws, seen, Change({"from_name": "New"}))
        assert ws.notices[-1] == "a: This edit completed a change that an earlier run left unfinished."


async def test_a_warning_ends_with_one_full_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        record = provider.seed("1").with_opinion(Opinion(Status.FAILED, None, "It did not log in."))
        (warning,) = record_stored(ws, record).warnings
        assert warning.endswith("It did not log in.") and not warning.endswith("..")


@pytest.mark.parametrize(
    ("entry", "values", "found"),
    [
        ("u1@smtp.example.com", {"from_name": "New"}, True),
        ("u1@smtp.example.com", {"host": "other.example"}, False),
        ("u1@smtp.example.com", {"username": "else"}, False),
        ("u1@other.example", {"host": "other.example"}, True),
        ("a/1", {"host": "other.example"}, True),
    ],
)
async def test_a_password_of_a_login_is_not_sent_with_another_host_or_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, values: dict[str, str], found: bool
) -> None:
    whole = replace(CAPABILITIES, whole_record=True)
    monkeypatch.setenv("KEPT", secret_text("kept"))
    async with workspace(tmp_path, monkeypatch, "a", passwords={entry: parse_reference("env:KEPT")}) as ws:
        monkeypatch.setattr(opening, "provider_spec", lambda _name: replace(SPEC, capabilities=whole))
        provider = await fake(ws, "a")
        provider.seed("1")
        seen = await show(ws, ("a", "1"))
        if found:
            await edit(ws, seen, Change(dict(values)))
            assert writes(provider.calls) == [f"update {sorted([*values, 'password'])}"]
        else:
            with pytest.raises(SecretMissingError):
                await edit(ws, seen, Change(dict(values)))
            assert writes(provider.calls) == []


async def test_an_edit_sends_only_what_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.seed("1", from_name="Old")
        seen = await show(ws, ("a", "1"))
        result = await edit(ws, seen, Change({"from_name": "New", "port": 587}))
        assert result.credential.from_name == "New"
        assert writes(provider.calls) == ["update ['from_name']"]
        nothing = await edit(ws, result.credential, Change({"from_name": "New"}))
        assert "Nothing was sent" in nothing.warnings[0]
        assert len(writes(provider.calls)) == 1
        with pytest.raises(UsageError, match="nothing to change"):
            await edit(ws, seen, Change())


async def test_a_conflicting_edit_shows_both_versions_and_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        seen = provider.seed("1", from_name="Old")
        provider.records["1"] = replace(seen, from_name="Theirs", updated_at="2026-01-01T09:00:00Z")
        with pytest.raises(ConflictError) as caught:
            await edit(ws, seen, Change({"from_name": "Yours"}))
        assert caught.value.details == {
            "yours": {"from_name": "Yours"},
            "theirs": {"from_name": "Theirs"},
            "read": {"from_name": "Old"},
        }
        assert writes(provider.calls) == []


async def test_the_default_is_set_after_the_other_fields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        provider.seed("1")
        seen = await show(ws, ("a", "1"))
        await edit(ws, seen, Change({"default": True, "from_name": "New"}))
        assert writes(provider.calls) == ["update ['from_name']", "set_default"]


async def test_a_changed_host_without_a_new_password_warns_before_the_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        seen = (await fake(ws, "a")).seed("1")
        (warning,) = collect_edit_warnings(ws, seen, Change({"host": "other.example"}))
        assert "stored password" in warning and "other.example:587" in warning
        assert collect_edit_warnings(ws, seen, Change({"host": "smtp.example.com", "from_name": "x"})) == ()
        assert (
            collect_edit_warnings(ws, seen, Change({"host": "x.example"}, Set(Secret(secret_text())))) == ()
        )


async def test_read_only_refuses_every_write_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a", read_only=True) as ws:
        provider = await fake(ws, "a")
        seen = provider.seed("1")
        with pytest.raises(ReadOnlyError):
            await create(ws, "a", DRAFT)
        with pytest.raises(ReadOnlyError):
            await edit(ws, seen, Change({"from_name": "New"}))
        (event,) = [event async for event in delete(ws, [seen])]
        assert isinstance(event, ItemFailed) and isinstance(event.error, ReadOnlyError)
        assert provider.calls == []


async def test_one_failed_deletion_never_stops_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        one, two = provider.seed("1"), provider.seed("2")
        gone = replace(one, id="9")
        provider.lose = "after"
        found = [event async for event in delete(ws, [one, gone, two])]
        assert [type(event) for event in found] == [ItemDeleted, ItemFailed, ItemDeleted]
        assert isinstance(found[0], ItemDeleted) and "deleted" in found[0].note
        assert provider.records == {}


async def test_a_refused_login_stops_its_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        records = [provider.seed(str(n)) for n in range(3)]
        provider.broken = LoginRefusedError("no")
        found = [event async for event in delete(ws, records)]
        assert [event.id for event in found if isinstance(event, ItemFailed)] == ["0", "1", "2"]
        assert provider.calls == ["delete"]


async def test_each_consequence_of_a_deletion_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workspace(tmp_path, monkeypatch, "a") as ws:
        provider = await fake(ws, "a")
        sentences = describe_deletion(ws, [provider.seed("1", default=True), provider.seed("2")])
        assert sentences[:2] == (CAPABILITIES.delete_consequence, "a/1 is the default of its account.")
