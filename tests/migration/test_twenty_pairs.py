"""Every ordered pair of the five providers: plan, apply, and a second plan that finds nothing left to do.

The source is never written to: what it stores is the same afterwards, byte for byte.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from smtptui.model.capability import Consent
from smtptui.model.change import Draft
from smtptui.sandbox.running import RunningSandbox
from smtptui.secrets.secret import Secret
from smtptui.sync.journal import DONE_OUTCOMES, StepOutcome
from smtptui.sync.plan import ACTIONABLE, Plan, StepAction
from smtptui.sync.safety import count_losses
from smtptui.workspace.core.options import Options
from smtptui.workspace.core.workspace import Workspace
from smtptui.workspace.credentials.create import create
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.runs.apply import apply
from smtptui.workspace.runs.events import RunEnded, RunReport, RunState
from smtptui.workspace.runs.safety import ApplyOptions
from tests.canary import CANARY

ACCOUNTS = {
    "blue": "acme-blue",
    "pipefy": "acme-pipefy",
    "sendmux": "acme-sendmux",
    "digitanium": "acme-idp",
    "file": "file",
}
PAIRS = list(itertools.permutations(ACCOUNTS, 2))
PASSWORD = f"pw-{CANARY}-pairs"

RECORDS = """\
schema = 1

[[credentials]]
id = "newsletter"
name = "Newsletter"
host = "smtp.sendgrid.net"
port = 587
security = "starttls"
username = "apikey"
from_email = "newsletter@acme.example"
from_name = "Acme Newsletter"
reply_to_email = "replies@acme.example"
default = true
password_from = "env:PAIRS_PASSWORD"

[[credentials]]
id = "invoices"
host = "smtp.mailgun.org"
port = 465
security = "tls"
username = "invoices@acme.example"
from_email = "invoices@acme.example"
from_name = "Acme Invoices"
envelope_from = "bounces@acme.example"
active = false
password_from = "env:PAIRS_PASSWORD"

[credentials.native]
percentage = 40

[[credentials]]
id = "relay"
host = "relay.acme.example"
port = 2525
auth = "none"
from_email = "relay@acme.example"
from_name = "Relay"
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    with RunningSandbox(tmp_path / "config.toml") as running:
        yield running


def test_there_are_twenty_pairs() -> None:
    assert len(PAIRS) == 20


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=lambda name: name)
async def test_a_migration_leaves_nothing_to_do_and_the_source_alone(
    source: str, target: str, sandbox: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIRS_PASSWORD", PASSWORD)
    names = {**ACCOUNTS, "file": f"file:{tmp_path / 'records.toml'}"}
    options = Options(config=str(sandbox.config), state_dir=str(tmp_path / "state"))
    if source == "file":
        (tmp_path / "records.toml").write_text(RECORDS)
        # The default moves to what is verified only.
        sandbox.smtp_logins({"smtp.sendgrid.net": {"apikey": PASSWORD}})
    async with Workspace.load(options) as ws:
        if source == "digitanium":
            await _written_once(ws)
        before = _read_stored(sandbox, tmp_path, source)
        # Blue gives its passwords back; the others need a reference.
        given = None if source in ("blue", "file") else "env:PAIRS_PASSWORD"
        request = PlanRequest(source=names[source], target=names[target], password_from=given)
        plan = await plan_migration(ws, request)
        assert plan.applicable, plan.reasons
        report = await _apply(ws, plan)
        again = await plan_migration(ws, request)

    tried = {step.n for step in plan.steps if step.action in ACTIONABLE}
    assert tried
    assert {step.n for step in report.steps if step.outcome in DONE_OUTCOMES} >= tried, [
        (step.label, step.outcome, step.error) for step in report.steps if step.n in tried
    ]
    assert report.state is RunState.FINISHED
    assert sum(report.counts.get(str(outcome), 0) for outcome in StepOutcome) == len(plan.steps)
    assert not [step.to_json() for step in again.steps if step.action in ACTIONABLE]
    assert _blocked_steps(again) == _blocked_steps(plan)
    assert _read_stored(sandbox, tmp_path, source) == before
    assert PASSWORD not in json.dumps([plan.to_json(), report.to_json(), again.to_json()])


async def _written_once(ws: Workspace) -> None:
    """Digitanium tells nothing: what it holds is known from a write made here."""
    draft = Draft(
        {
            "host": "smtp.sendgrid.net",
            "port": 587,
            "security": "starttls",
            "username": "apikey",
            "from_email": "idp@acme.example",
            "from_name": "Acme Login",
            "reply_to_email": "help@acme.example",
            "envelope_from": "bounces@acme.example",
        },
        Secret(PASSWORD),
    )
    await create(ws, "acme-idp", draft, consents=frozenset({Consent.OVERWRITE_UNKNOWN}))


async def _apply(ws: Workspace, plan: Plan) -> RunReport:
    options = ApplyOptions(
        accept_losses=frozenset(count_losses(plan)), consents=frozenset({Consent.OVERWRITE_UNKNOWN})
    )
    async with aclosing(apply(ws, plan, options)) as events:
        async for event in events:
            if isinstance(event, RunEnded):
                return event.report
    raise AssertionError("the run told no end")


def _read_stored(sandbox: RunningSandbox, tmp_path: Path, provider: str) -> bytes:
    if provider == "file":
        return (tmp_path / "records.toml").read_bytes()
    return json.dumps(sandbox.state()[ACCOUNTS[provider]]).encode()


def _blocked_steps(plan: Plan) -> list[tuple[str | None, str, str]]:
    return [
        (step.source, step.blocked.code, step.blocked.message)
        for step in plan.steps
        if step.action is StepAction.BLOCKED and step.blocked is not None
    ]
