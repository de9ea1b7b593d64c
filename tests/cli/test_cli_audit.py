"""`smtptui audit` over the sandbox's default seed: exactly what is to be found, in every form and with every status."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smtptui.sandbox.running import RunningSandbox
from tests.cli.conftest import Ended, start

ENVELOPE = ["schema", "findings", "counts", "coverage"]
FINDING = ["rule", "severity", "account", "id", "message", "remedy", "change"]


EXPECTED = {
    "acme-blue": {
        "security-inferred": 12,
        "verification-failed": 2,
        "verification-old": 3,
        "sender-malformed": 1,
        "secret-inline": 1,
    },
    "globex-blue": {
        "security-inferred": 5,
        "verification-failed": 1,
        "verification-old": 2,
        "secret-inline": 1,
    },
    "acme-pipefy": {
        "security-inferred": 9,
        "unverifiable": 9,
        "default-not-verified": 1,
        "port-25": 1,
        "secret-inline": 1,
    },
    "acme-sendmux": {
        "verification-failed": 1,
        "provider-status-error": 1,
        "provider-status-pending": 1,
        "never-verified": 5,
        "verification-old": 2,
        "result-not-told": 4,
        "inactive": 1,
        "security-inferred": 1,
        "secret-inline": 1,
    },
    "acme-idp": {"result-not-told": 1, "secret-inline": 1},
}

Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """A sandbox that nobody else writes to."""
    with RunningSandbox(tmp_path_factory.mktemp("audit") / "config.toml") as running:
        yield running


@pytest.fixture
def audit(fresh: RunningSandbox, tmp_path: Path) -> Iterator[Run]:
    fresh.faults([])

    def run(*words: str, verb: str = "audit", config: Path | None = None) -> Ended:
        env = {"SMTPTUI_CONFIG": str(config or fresh.config), "SMTPTUI_STATE_DIR": str(tmp_path / "state")}
        return start(verb, *words, home=tmp_path / "home", env=env)

    yield run
    fresh.faults([])


def found(document: Any) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for item in document["findings"]:
        if item["change"] != "resolved":
            counts.setdefault(item["account"], Counter())[item["rule"]] += 1
    return counts


def test_exactly_the_expected_findings_of_the_default_seed(audit: Run) -> None:
    ended = audit("--json")
    assert ended.status == 1
    document = ended.json
    assert list(document) == ENVELOPE and document["schema"] == 1
    assert all(list(item) == FINDING for item in document["findings"])
    assert found(document) == EXPECTED
    assert {item["change"] for item in document["findings"]} == {"new"}
    counts = document["counts"]
    assert (counts["credentials"], counts["error"], counts["warning"], counts["info"]) == (39, 6, 29, 33)
    assert sum(counts["ages"].values()) == 39
    assert sum(sum(each.values()) for each in counts["by_account"].values()) == len(document["findings"])
    covered = {item["account"]: item for item in document["coverage"]}
    assert set(covered) == set(EXPECTED)
    assert [name for name, item in covered.items() if not item["complete"]] == ["acme-idp"]
    assert "cannot be read" in covered["acme-idp"]["note"]


def test_cached_makes_no_request_and_finds_the_same(audit: Run, fresh: RunningSandbox) -> None:
    live = audit("--json").json
    before = len(fresh.requests())
    cached = audit("--json", "--cached").json
    assert len(fresh.requests()) == before
    assert found(cached) == found(live)
    assert {item["change"] for item in cached["findings"]} == {"still"}
    assert cached["counts"]["since"] and len(cached["counts"]["trend"]) == 1
    assert all(item["stale_since"] for item in cached["coverage"])


def test_cached_without_a_snapshot_is_never_silently_fine(audit: Run) -> None:
    ended = audit("--cached", "--json", "acme-pipefy")
    (covered,) = ended.json["coverage"]
    assert not covered["complete"] and "never listed" in covered["note"]
    assert "partly audited: never listed" in audit("--cached", "acme-pipefy").err


def test_exit_status_by_severity(audit: Run) -> None:
    assert audit("--json").status == 1
    for severity, selector, status in (
        ("error", "acme-pipefy", 0),
        ("warning", "acme-pipefy", 1),
        ("info", "from_name=Acme Support", 1),
        ("warning", "from_name=Acme Support", 0),
        ("error", "status=failed", 1),
    ):
        ended = audit("--cached", "--fail-on", severity, selector)
        assert ended.status == status, (severity, selector, ended.out)
    wrong = audit("--fail-on", "eror")
    assert wrong.status == 2 and "Did you mean 'error'?" in wrong.err
    assert audit("--max-age", "soon").status == 2
    assert audit("--json", "--csv").status == 2


def test_an_account_that_cannot_be_read_is_reported_and_decides_the_status(
    audit: Run, fresh: RunningSandbox
) -> None:
    audit("--json")
    fresh.faults([{"account": "acme-sendmux", "status": 401}])
    ended = audit("--json")
    assert ended.status == 4
    document = ended.json
    (broken,) = [item for item in document["coverage"] if item["error"]]
    assert broken["account"] == "acme-sendmux" and broken["error"]["kind"] == "login_refused"
    assert "acme-sendmux" not in {item["account"] for item in document["findings"] if item["id"]}
    assert not [item for item in document["findings"] if item["change"] == "resolved"]
    fresh.faults([])
    again = audit("--json").json
    assert {item["change"] for item in again["findings"]} == {"still"}


def test_max_age_of_the_flag_of_the_account_and_of_the_configuration(
    audit: Run, fresh: RunningSandbox, tmp_path: Path
) -> None:
    def old(document: Any) -> int:
        return found(document).get("acme-blue", Counter())["verification-old"]

    assert old(audit("--json", "acme-blue").json) == 3
    assert old(audit("--json", "--cached", "--max-age", "1d", "acme-blue").json) == 9
    assert old(audit("--json", "--cached", "--max-age", "1y", "acme-blue").json) == 0
    text = Path(fresh.config).read_text()
    copy = tmp_path / "config.toml"
    copy.write_text(
        text.replace("[accounts.acme-blue]", '[accounts.acme-blue]\nmax_age = "50d"')
        + '\n[audit]\nmax_age = "1y"\n[[audit.suppress]]\nrule = "sender-malformed"\n'
        'selector = "acme-blue"\nreason = "on purpose"\nuntil = 2999-01-01\n'
        '[[audit.suppress]]\nrule = "inactive"\nuntil = 2020-01-01\n'
    )
    copy.chmod(0o600)
    document = audit("--json", "--cached", "acme-blue", config=copy).json
    assert old(document) == 2
    assert "sender-malformed" not in found(document)["acme-blue"]
    assert document["counts"]["suppressed"] == 1
    assert found(document)[None] == {"suppression-expired": 1}  # type: ignore[index]


def test_csv_runs_no_formula_and_markdown_makes_no_markup(audit: Run, fresh: RunningSandbox) -> None:
    rows = list(csv.DictReader(io.StringIO(audit("--csv").out)))
    assert list(rows[0]) == FINDING and len(rows) == 68
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    marked = audit("--markdown", "--cached").out
    assert marked.startswith("# SMTP credentials: audit\n")
    assert "\x1b" not in marked and "Caf␛\\[31mé␛\\[0m Careers␇" in marked
    assert "| acme-idp | digitanium | 1 | partly" in marked.replace("\\-", "-")


def test_the_answer_is_one_command_away_from_its_cure(audit: Run, fresh: RunningSandbox) -> None:
    audit("--json")
    (failed,) = [
        item
        for item in audit("--json", "--cached", "acme-sendmux").json["findings"]
        if item["rule"] == "verification-failed"
    ]
    assert f"`smtptui verify {failed['account']}/{failed['id']}`" in failed["remedy"]


def test_a_state_that_knows_no_audits_is_brought_up_to_date(audit: Run, tmp_path: Path) -> None:
    audit("acme-blue", verb="list")
    place = tmp_path / "state" / "state.db"
    with sqlite3.connect(place) as connection:
        for table in ("audits", "plans", "runs", "journal", "links"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DROP INDEX listed_ids")
        connection.execute("ALTER TABLE listed DROP COLUMN id")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    document = json.loads(audit("--json", "--cached", "acme-blue").out)
    assert document["counts"]["credentials"] == 12
    with sqlite3.connect(place) as connection:
        assert connection.execute("SELECT count(*) FROM audits").fetchone() == (1,)
    connection.close()
