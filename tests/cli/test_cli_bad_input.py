"""What bad input gets: a clear error on stderr, the status of the design, nothing written."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from smtptui.sandbox.running import RunningSandbox

from ..canary import secret_text
from .conftest import Run

CREATE = ("create", "acme-blue", "--username", "cli", "--password-from", "env:PW")
GOOD = ("--host", "mail.acme.example", "--port", "587")


@pytest.fixture(autouse=True)
def nothing_written(sandbox: RunningSandbox) -> Iterator[None]:
    """Every row of this file leaves the providers as they were."""
    before = sandbox.state()
    yield
    sandbox.faults([])
    assert sandbox.state() == before


def changed(sandbox: RunningSandbox, tmp_path: Path, account: str, **settings: Any) -> Path:
    """The sandbox's configuration with some settings of an account changed."""
    config = tomllib.loads(sandbox.config.read_text())
    config["accounts"][account] |= settings
    path = tmp_path / "changed.toml"
    path.write_text(tomli_w.dumps(config))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        (("show", "acme-bleu/x"), "usage", "acme-blue"),
        (("list", "acme-bleu"), "usage", "acme-blue"),
        (("list", "--account", "acme-bleu"), "usage", "acme-blue"),
        (("create", "acme-bleu", *GOOD), "usage", "acme-blue"),
        (("show", "acme-blue"), "usage", "ACCOUNT/ID"),
        (("show", "acme-blue/nothing"), "not_found", "smtptui list acme-blue"),
        (("list", "acme-blue/nothing"), "not_found", "smtptui list acme-blue"),
        (("delete", "acme-blue/nothing", "--yes"), "not_found", "smtptui list acme-blue"),
        (("verify", "acme-blue/nothing"), "not_found", "smtptui list acme-blue"),
        (("edit", "acme-blue/nothing", "--from-name", "X"), "not_found", "smtptui list acme-blue"),
        (("list", "hots=x"), "usage", "host"),
        (("list", "status=faild"), "usage", "failed"),
        (("list", "provider=bleu"), "usage", "'blue'"),
        (("audit", "--cached", "security=ssl"), "usage", "Known: none, starttls, tls"),
        (("verify", "active=yes"), "usage", "Known: false, true"),
        (("list", "age>99999999999999d"), "usage", "too long"),
        (("rotate", "acme-blue"), "usage", "--password-from"),
        (("probe", "smtp.acme.example", "--username", "", "--password-from", "env:PW"), "usage", "--username is empty"),
        (("config",), "usage", "Choose from: path, check, show, init"),
        (("edit", "acme-blue/x"), "usage", "nothing to change"),
        (("edit", "acme-blue/x", "--clear", "sendername"), "usage", "no field"),
        (("edit", "acme-blue/x", "--clear", "form-name"), "usage", "from_name"),
        (("edit", "acme-blue/x", "--fromname", "X"), "usage", "--from-name"),
        (("edit", "acme-blue/x", "--native", "a"), "usage", "KEY=JSON"),
        (("edit", "acme-blue/x", "--password-from", "env:X", "--clear-password"), "usage", "both"),
        (("edit", "acme-blue/x", "--reply-to-email", "a@b.example"), "unsupported", "reply_to_email"),
        (("edit", "acme-pipefy/x", "--clear-password"), "unsupported", "password"),
        (("verify", "acme-blue", "--method", "provder"), "unsupported", "provider"),
        ((*CREATE, "--host", "mail.acme.example", "--port", "0"), "invalid_field", "between 1 and 65535"),
        ((*CREATE, "--host", "mail.acme.example", "--port", "70000"), "invalid_field", "between 1 and 65535"),
        ((*CREATE, "--host", "mail.acme.example", "--port", "smtp"), "invalid_field", "whole number"),
        ((*CREATE, "--host", "mail acme", "--port", "587"), "invalid_field", "space"),
        ((*CREATE, "--host", "mail\x1b[31m", "--port", "587"), "invalid_field", "control character"),
        ((*CREATE, "--host", "mail\nacme", "--port", "587"), "invalid_field", "U+000A"),
        ((*CREATE, *GOOD, "--from-email", "nobody"), "invalid_field", "local@domain"),
        ((*CREATE, *GOOD, "--default", "maybe"), "invalid_field", "true"),
        ((*CREATE, *GOOD, "--from-name", "Blue"), "reserved_value", "from_name"),
        ((*CREATE, *GOOD, "--from-email", "me@blue.cc"), "reserved_value", "from_email"),
        (("create", "acme-blue", "--password-from", "env:PW"), "invalid_field", "--host"),
        (("create", "acme-blue", *GOOD, "--username", "u", "--password-from", "hunter2"), "usage", "env:"),
        (("create", "acme-blue", *GOOD, "--username", "u", "--password-from", "inline:x1"), "usage", "command line"),
        (("lst",), "usage", "list"),
        (("prob", "x"), "usage", "probe"),
        (("probe",), "usage", "HOST"),
        (("probe", "a", "b"), "usage", "unexpected"),
        (("probe", "mail.acme.example:smtp"), "usage", "not a number"),
        (("probe", "2001:db8::5:587:x"), "usage", "brackets"),
        (("probe", "mail.acme.example", "--security", "ssl"), "usage", "tls"),
        (("probe", "mail.acme.example", "--usernam", "u"), "usage", "--username"),
        (("probe", "mail.acme.example", "--password-from", "env:PW"), "usage", "--username"),
        (("probe", "mail.acme.example", "--username", "u", "--password-from", "hunter2"), "usage", "env:"),
        (("probe", "mail.acme.example", "--username", "u", "--password-from", "inline:x1"), "usage", "command line"),
        (("probe", "mail.acme.example", "--username", "u", "--auth-mechanism", "PLAN"), "usage", "PLAIN"),
        (("probe", "mail.acme.example", "--send-test"), "usage", "--to"),
        (("probe", "mail.acme.example", "--to", "a@b.example"), "usage", "--sender"),
        (("config", "chek"), "usage", "check"),
        (("list", "--csv"), "usage", "exclude"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_nothing_is_sent(
    cli: Run, sandbox: RunningSandbox, words: tuple[str, ...], kind: str, said: str
) -> None:
    mark = len(sandbox.requests())
    ended = cli(*words, "--json", env={"PW": secret_text("bad")})
    assert ended.status == 2, ended.err
    assert ended.error["kind"] == kind
    assert said in ended.err
    assert "Nothing was changed." in ended.err
    assert "\x1b" not in ended.err
    assert not [item for item in sandbox.requests()[mark:] if item["kind"] == "write"]
    if kind not in ("not_found", "reserved_value"):
        assert len(sandbox.requests()) == mark


@pytest.mark.parametrize(
    "reference",
    ["env:SMTPTUI_TEST_UNSET", "file:/nowhere/at/all", "cmd:false", "cmd:/nowhere/at/all", "prompt:"],
)
def test_a_missing_secret_reference(cli: Run, reference: str) -> None:
    ended = cli("create", "acme-blue", *GOOD, "--username", "u", "--password-from", reference, "--json")
    assert (ended.status, ended.error["kind"]) == (6, "secret_missing")
    assert reference in ended.err


def test_a_missing_secret_of_one_account_does_not_hide_the_others(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    config = changed(sandbox, tmp_path, "globex-blue", token_secret="env:SMTPTUI_TEST_UNSET")
    ended = cli("--config", str(config), "list", "--json")
    assert ended.status == 6
    assert {item["account"] for item in ended.json["credentials"]} >= {"acme-blue", "acme-pipefy"}


def test_a_config_with_inline_secrets_and_a_wide_mode(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    config = changed(sandbox, tmp_path, "acme-blue")
    config.chmod(0o644)
    ended = cli("--config", str(config), "list", "--json")
    assert (ended.status, ended.error["kind"]) == (2, "configuration")
    assert "chmod" in ended.err
    assert str(config) in ended.err


def test_a_config_with_mistakes_names_all_of_them(cli: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    config = changed(sandbox, tmp_path, "acme-blue", compnay_id="x", timeout="soon")
    ended = cli("--config", str(config), "config", "check", "--json")
    assert (ended.status, ended.error["kind"]) == (2, "configuration")
    assert "compnay_id" in ended.err
    assert "company_id" in ended.err
    assert "timeout" in ended.err


def test_no_config_says_how_to_make_one(plain: Run) -> None:
    ended = plain("list", "--json")
    assert (ended.status, ended.error["kind"]) == (2, "configuration")
    assert "config init" in ended.err


BROKEN: dict[str, tuple[list[dict[str, object]], int, str]] = {
    "html": ([{"body": "html"}], 5, "protocol_broken"),
    "truncated": ([{"body": "truncated"}], 5, "protocol_broken"),
    "redirect": ([{"redirect": "http://127.0.0.1:1/elsewhere"}], 5, "protocol_broken"),
    "too many": ([{"status": 429}], 5, "rate_limited"),
    "too many, with a time": ([{"status": 429, "retry_after": 7200}], 5, "rate_limited"),
    "server error": ([{"status": 500}], 5, "unavailable"),
    "hang-up": ([{"drop": "before"}], 5, "unavailable"),
    "refused login": ([{"status": 401}], 4, "login_refused"),
}


@pytest.mark.parametrize("account", ["acme-blue", "acme-sendmux"])
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_answer_to_a_reading(cli: Run, sandbox: RunningSandbox, case: str, account: str) -> None:
    faults, status, kind = BROKEN[case]
    sandbox.faults([{**fault, "account": account} for fault in faults])
    ended = cli("list", account, "--json")
    assert ended.status == status, ended.err
    assert ended.error["kind"] == kind
    assert ended.json["accounts"][0]["error"]["kind"] == kind
    assert "Nothing was changed." in ended.err


@pytest.mark.parametrize("case", ["html", "server error", "hang-up"])
def test_a_broken_account_among_others_is_status_3(cli: Run, sandbox: RunningSandbox, case: str) -> None:
    sandbox.faults([{**fault, "account": "globex-blue"} for fault in BROKEN[case][0]])
    ended = cli("list", "acme-blue", "globex-blue", "--json")
    assert ended.status == 3
    assert {item["account"] for item in ended.json["credentials"]} == {"acme-blue"}


def test_a_graphql_partial_error_is_an_error(cli: Run, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"account": "acme-blue", "graphql_error": "INTERNAL_SERVER_ERROR", "handled": True}])
    ended = cli("list", "acme-blue", "--json")
    assert ended.status == 5
    assert "INTERNAL_SERVER_ERROR" in ended.err


def test_an_invalid_certificate(cli: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    address = f"https://127.0.0.1:{sandbox.smtp['tls']}/graphql"
    config = changed(sandbox, tmp_path, "acme-blue", base_url=address)
    ended = cli("--config", str(config), "list", "acme-blue", "--json")
    assert (ended.status, ended.error["kind"]) == (5, "unavailable")
    assert "certificate" in ended.err
    assert "ca_file" in ended.err


def test_a_hang_up_before_the_write_leaves_nothing(cli: Run, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"account": "acme-blue", "operation": "createSmtpCredential", "drop": "before"}])
    ended = cli(*CREATE, *GOOD, "--json", env={"PW": secret_text("lost")})
    assert ended.status == 5, ended.err
    assert "nothing was stored" in ended.err


def test_a_forbidden_write(cli: Run, sandbox: RunningSandbox) -> None:
    id = sandbox.state()["globex-blue"][0]["id"]
    ended = cli("edit", f"globex-blue/{id}", "--from-name", "X", "--json")
    assert (ended.status, ended.error["kind"]) == (4, "forbidden")


def test_a_screen_without_a_terminal(plain: Run) -> None:
    for words in ((), ("demo",)):
        ended = plain(*words)
        assert ended.status == 2
        assert "terminal" in ended.err


def test_the_report_of_an_internal_error_holds_no_values(tmp_path: Path) -> None:
    from smtptui.cli.framework.crash_report import write_crash_report

    try:
        local = secret_text("local")
        raise ValueError(local)
    except ValueError as error:
        path = write_crash_report(error, None, str(tmp_path))
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert "ValueError" in text
    assert secret_text("local") not in text


def test_a_create_without_its_password_is_refused_before_anything_is_sent(
    cli: Run, sandbox: RunningSandbox
) -> None:
    mark = len(sandbox.requests())
    ended = cli("create", "acme-blue", *GOOD, "--username", "u", "--json")
    assert ended.status == 6
    assert ended.json["error"]["kind"] == "secret_missing"
    assert "--password-from" in ended.err
    assert len(sandbox.requests()) == mark


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "acme-blue", "acme-sendmux"),
        ("migrate", "acme-blue", "acme-sendmux", "--yes"),
        ("rotate", "acme-blue", "--password-from", "env:PW", "--yes"),
    ],
)
def test_a_state_directory_that_is_none_is_not_blamed_on_an_account(
    cli: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "c.toml").write_text("kept")
    ended = cli(*words, "--json", "--state-dir", str(tmp_path / "c.toml"), env={"PW": secret_text("bad")})
    assert (ended.status, ended.error["kind"]) == (5, "state")
    assert ended.error["account"] is None
    assert "could not be read" not in ended.err
    assert "--state-dir" in ended.err
    assert (tmp_path / "c.toml").read_text() == "kept"


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "acme-blue", "acme-sendmux", "--out"),
        ("migrate", "acme-blue", "acme-sendmux", "--yes", "--out"),
        ("export", "--yes"),
        ("export",),
        ("sandbox", "--config-out"),
    ],
)
@pytest.mark.parametrize("what", ["fifo", "link", "directory"])
def test_what_is_no_regular_file_is_never_written_over(
    cli: Run, sandbox: RunningSandbox, tmp_path: Path, words: tuple[str, ...], what: str
) -> None:
    place, real = tmp_path / "place", tmp_path / "real"
    if what == "directory":
        place.mkdir()
    else:
        os.mkfifo(real if what == "link" else place)
    if what == "link":
        place.symlink_to(real)
    mark, before = len(sandbox.requests()), place.lstat().st_ino
    ended = cli(*words, str(place))
    assert ended.status == 2, ended.err
    assert str(place) in ended.err and "not a regular file" in ended.err
    assert len(sandbox.requests()) == mark
    assert place.lstat().st_ino == before
    assert sorted(each.name for each in tmp_path.iterdir() if each.name not in ("home", "state")) == sorted(
        {"place", "real"} if what == "link" else {"place"}
    )


def test_a_plan_is_written_through_a_link_and_the_link_stays(cli: Run, tmp_path: Path) -> None:
    link, real = tmp_path / "link.json", tmp_path / "real.json"
    link.symlink_to("real.json")
    assert cli("plan", "acme-blue", "acme-sendmux", "--out", str(link)).status == 0
    assert link.is_symlink() and '"plan"' in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("plan", "acme-blue", "acme-sendmux", "--out", ""), "--out"),
        (("migrate", "acme-blue", "acme-sendmux", "--yes", "--out", ""), "--out"),
        (("apply", ""), "FILE"),
        (("export", ""), "FILE"),
        (("sandbox", "--config-out", ""), "--config-out"),
        (("sandbox", "--config-out", "x.toml", "--faults", ""), "--faults"),
        (("list", "--config", ""), "--config"),
        (("--config", "", "list"), "--config"),
        (("list", "--state-dir", ""), "--state-dir"),
        (("--state-dir", ""), "--state-dir"),
    ],
)
def test_a_path_that_is_empty_is_a_mistake_and_not_another_place(
    cli: Run, sandbox: RunningSandbox, words: tuple[str, ...], named: str
) -> None:
    """An unset variable in a script: neither an internal error nor what would be taken without the option."""
    mark = len(sandbox.requests())
    ended = cli(*words)
    assert ended.status == 2, ended.err
    assert f"{named} is empty" in ended.err
    assert "internal" not in ended.err
    assert len(sandbox.requests()) == mark


def test_a_sandbox_without_a_place_for_its_configuration_is_not_started(plain: Run) -> None:
    ended = plain("sandbox", "--port", "0")
    assert (ended.status, ended.out) == (2, "")
    assert "Missing option '--config-out'" in ended.err


@pytest.mark.parametrize("words", [("list",), ("audit", "--json"), ("accounts",), ("verify",)])
def test_a_configuration_without_accounts_is_reported(
    plain: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Nothing to complain about is not the same as nothing looked at."""
    config = tmp_path / "empty.toml"
    config.write_text("[audit]\nmax_age = '30d'\n")
    ended = plain(*words, "--config", str(config))
    assert (ended.status, f"Note: no account is configured in {config}." in ended.err) == (0, True)


def test_a_state_directory_that_cannot_be_used_is_reported(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = cli("list", "--state-dir", str(tmp_path / "file"))
    assert ended.status == 5
    assert "state.db cannot be used: File exists." in ended.err


def test_a_deletion_that_nobody_can_agree_to_is_refused_in_whole_sentences(
    cli: Run, sandbox: RunningSandbox
) -> None:
    address = f"acme-blue/{sandbox.state()['acme-blue'][0]['id']}"
    ended = cli("delete", address, "--json")
    assert (ended.status, ended.error["kind"]) == (6, "consent_missing")
    said = ended.error["message"]
    assert said.startswith(f"To delete: {address} (") and "). Blue falls back" in said
    assert said.endswith("Delete it? There is no terminal to ask at.")
