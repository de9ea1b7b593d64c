"""The probe on the screens: both opinions, live stages, the password asked for, the count, the edit offered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from smtptui.model.credential import Credential, PasswordState
from smtptui.model.verification import Opinion, ProbeOpinion, Status, Verification
from smtptui.presentation.opinions import format_verification
from smtptui.providers.blue.capabilities import CAPABILITIES as BLUE
from smtptui.providers.sendmux.capabilities import CAPABILITIES as SENDMUX
from smtptui.tui.credentials.detail_screen import DetailScreen
from smtptui.tui.credentials.form.form_screen import FormScreen
from smtptui.tui.credentials.form.suggested_fix import suggested_edit
from smtptui.tui.jobs.job_board import JobKind
from smtptui.tui.shell.ask import AskSecretScreen
from smtptui.tui.shell.confirm import ConfirmScreen
from smtptui.tui.verification.stages_screen import StagesScreen
from smtptui.workspace.verification.probe import load_verdicts
from tests.canary import CANARY, secret_text
from tests.tui.fakes import NOW, FakeWorkspace, ScriptedProbe, credential, verdict
from tests.tui.grid import grid, lines, running, shows, until

PROVIDER = Opinion(Status.VERIFIED, "2026-11-11T12:00:00Z", "250 fine")
PROBE = ProbeOpinion(Status.FAILED, "2026-11-19T12:00:00Z", "Wrong password.", "auth.rejected")


def probed(id: str, probe: ProbeOpinion = PROBE, **more: Any) -> Credential:
    return credential("acme", id, verification=Verification(PROVIDER, probe), **more)


def mismatched(**more: Any) -> FakeWorkspace:
    """One credential with TLS stored for a clear port, and the verdict that says so."""
    opinion = ProbeOpinion(Status.FAILED, "2026-11-21T11:57:00Z", "Clear.", "mismatch.tls_on_clear_port")
    item = probed("bad", opinion, provider="sendmux", security="tls", password=PasswordState.READABLE)
    ws = FakeWorkspace({"acme": [item]}, providers={"acme": "sendmux"}, **more)
    older = verdict("auth.verified", item, at="2026-11-01T11:57:00Z")
    ws.keep_verdicts(item, older, verdict("mismatch.tls_on_clear_port", item))
    return ws


async def open_detail(pilot: Pilot[Any]) -> None:
    await shows(pilot, "acme")
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, DetailScreen))
    await shows(pilot, "live")


@pytest.mark.parametrize(
    ("probe", "shown"),
    [
        (PROBE, "probe ✗ 2d"),
        (replace(PROBE, status=Status.VERIFIED), "probe ✓ 2d"),
        (replace(PROBE, outdated=True), "✓ verified 10d"),
        (replace(PROBE, at="2026-11-01T12:00:00Z"), "✓ verified 10d"),
        (ProbeOpinion(Status.NEVER), "✓ verified 10d"),
    ],
)
def test_verified_column_says_whose_word_it_is(probe: ProbeOpinion, shown: str) -> None:
    assert format_verification(probed("one", probe), NOW) == shown
    assert len(shown) <= 14


async def test_filter_by_status_counts_the_probe() -> None:
    items = [probed("one"), probed("two", replace(PROBE, outdated=True)), credential("acme", "three")]
    async with running(FakeWorkspace({"acme": items})) as (_app, pilot):
        await shows(pilot, "probe ✗ 2d", "✓ verified 10d", "✓ verified 3d")
        await pilot.press("slash", *"status=failed")
        await shows(pilot, "1 of 3 shown", "Name one")


async def test_both_opinions_stand_side_by_side_with_their_ages() -> None:
    ws = FakeWorkspace({"acme": [probed("one", replace(PROBE, outdated=True))]})
    async with running(ws, size=(60, 20)) as (app, pilot):
        await open_detail(pilot)
        await shows(pilot, "✓ verified 10d ago, by the provider", "10d ago", "2d ago", "auth.rejected")
        row = next(line for line in lines(app) if "by our probe" in line)
        assert "by the provider ✓ verified" in row and "by our probe ✗ failed" in row
        await shows(pilot, "outdated: the credential", "250 fine", "Wrong password.")


async def test_stages_are_opened_from_what_is_kept_and_their_texts_are_literal() -> None:
    async with running(mismatched(), size=(80, 60)) as (app, pilot):
        await open_detail(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, StagesScreen))
        await shows(
            pilot, "✗ failed  3m ago", "smtp.example.org:587  tls  user user-bad", "env:MAIL_PASSWORD"
        )
        await shows(pilot, "What it means", "speaks clear SMTP first", "What to do", "Not proven")
        await shows(
            pilot, "✓ dns", "12 ms", "3.1 ms", "✗ tls", "550 5.7.1", "failed: 550 ", "· auth", "not reached"
        )
        await shows(pilot, "TLSv1.3", "certificate names", "a.example", "offered", "PLAIN")
        await shows(pilot, "Older", "✓ verified  20d ago", "e: edit with security=starttls")
        screen = grid(app)
        assert screen.count("␛[31mred �[/] [b]bold[/b]") == 3
        assert "\x1b" not in screen and "\u202e" not in screen
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StagesScreen))


async def test_stages_of_what_was_never_probed_say_so() -> None:
    async with running(FakeWorkspace({"acme": [credential("acme", "one")]})) as (_app, pilot):
        await open_detail(pilot)
        await pilot.press("s")
        await shows(pilot, "Cannot show stages: it was never probed from here; p does.")


async def test_offered_edit_is_filled_in_and_never_saved_by_itself() -> None:
    ws = mismatched()
    async with running(ws) as (app, pilot):
        await open_detail(pilot)
        await shows(pilot, "e: edit with security=starttls (filled in, not saved)")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, FormScreen) and app.screen.is_composed)
        await shows(pilot, "Filled in as the probe proposes (Security: starttls). Nothing is saved yet.")
        assert not ws.calls("edit")
        await pilot.press("f2")
        await shows(pilot, "is saved.")
        assert dict(ws.calls("edit")[0][2].values) == {"security": "starttls"}
        await until(pilot, lambda: "e: edit with" not in grid(app))


def test_an_edit_is_not_offered_where_it_no_longer_holds_or_cannot_be_stored() -> None:
    ws = mismatched()
    item = ws.live["acme"][0]  # type: ignore[index]
    kept = load_verdicts(ws, item)
    assert suggested_edit(item, SENDMUX, kept) == {"security": "starttls"}
    assert suggested_edit(item, BLUE, kept) == {}, "Blue concludes the security from the port"
    assert suggested_edit(replace(item, security="starttls"), SENDMUX, kept) == {}
    outdated = replace(item.verification.probe, outdated=True)
    assert suggested_edit(replace(item, verification=Verification(PROVIDER, outdated)), SENDMUX, kept) == {}
    assert suggested_edit(item, SENDMUX, kept[1:]) == {}


async def test_probe_shows_its_stages_live_and_changes_the_list_at_once(probes: ScriptedProbe) -> None:
    ws = FakeWorkspace({"acme": [credential("acme", "bad", password=PasswordState.READABLE)]})
    probes.gate = asyncio.Event()
    async with running(ws) as (_app, pilot):
        await shows(pilot, "✓ verified 3d")
        await pilot.press("p")
        await shows(pilot, "Probing [............] 0/1", "… banner…", "✓ dns", "✓ tcp", "… banner")
        await pilot.press("escape")
        await shows(pilot, "probe banner…")
        await pilot.press("V")
        await shows(pilot, "✓ tcp")
        probes.gate.set()
        await shows(pilot, "Done [############] 1/1 · 1 failed", "What it means", "550 5.7.1", "12 ms")
        await shows(pilot, "acme/bad: failed: Port 587")
        await pilot.press("escape")
        await shows(pilot, "probe ✗ 0s")


async def test_cancel_cuts_a_running_probe(probes: ScriptedProbe) -> None:
    ws = FakeWorkspace({"acme": [credential("acme", "one", password=PasswordState.READABLE)]})
    probes.gate = asyncio.Event()
    async with running(ws) as (app, pilot):
        await shows(pilot, "✓ verified 3d")
        await pilot.press("p")
        await shows(pilot, "… banner")
        await pilot.press("c")
        await shows(pilot, "Cancelled", "! not done", "cancelled")
        assert probes.is_closed and not app.services.jobs.is_active(JobKind.VERIFICATION)
        await pilot.press("escape")
        await shows(pilot, "✓ verified 3d")


async def test_password_nobody_knows_is_asked_for_and_used_once(probes: ScriptedProbe) -> None:
    ws = FakeWorkspace({"acme": [credential("acme", "one")]})
    typed = secret_text("typed")
    async with running(ws) as (app, pilot):
        await shows(pilot, "✓ verified 3d")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, AskSecretScreen))
        await shows(pilot, "The password of user-one at smtp.example.org:587", "used for this probe only")
        await pilot.press(*typed, "enter")
        await shows(pilot, "Done [############] 1/1 · 1 verified")
        assert probes.asked == [{"user-one": typed}]
        assert CANARY not in grid(app)
        assert all(CANARY not in line for notice in app.services.notices.all for line in notice.lines)


async def test_probe_without_login_needs_no_password_and_cancel_probes_nothing(probes: ScriptedProbe) -> None:
    ws = FakeWorkspace({"acme": [credential("acme", "one")]})
    async with running(ws) as (app, pilot):
        await shows(pilot, "✓ verified 3d")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, AskSecretScreen))
        await pilot.press("escape")
        await shows(pilot, "Nothing was probed.")
        assert not probes.asked
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, AskSecretScreen))
        await pilot.press("enter", "enter")
        await shows(pilot, "Done [############] 1/1")
        assert probes.asked == [{"user-one": None}]


async def test_several_passwords_are_counted_before_any_is_tried(probes: ScriptedProbe) -> None:
    items = [
        credential("acme", "one", password=PasswordState.READABLE),
        credential("acme", "two", password=PasswordState.READABLE, host="mail.beta.example"),
        credential("acme", "three"),
    ]
    ws = FakeWorkspace({"acme": items})
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name three")
        await pilot.press("asterisk", "p")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await shows(pilot, "Probe 3 credentials?", "2 passwords will be tried at 2 hosts, once each.")
        await shows(pilot, "Without a login: 1 credential")
        await pilot.press("n")
        await shows(pilot, "Cancelled", "3 not done")
        assert not probes.asked
        await pilot.press("escape", "p")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await shows(pilot, "Done [############] 3/3 · 3 verified")
        assert list(probes.asked[0]) == ["user-one", "user-two", "user-three"]


async def test_what_has_no_host_is_not_probed() -> None:
    async with running(FakeWorkspace({"acme": [credential("acme", "one", host=None)]})) as (_app, pilot):
        await shows(pilot, "Name one")
        await pilot.press("p")
        await shows(pilot, "Cannot probe: its host or port is not known.")
