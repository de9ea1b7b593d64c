"""`smtptui probe` and `verify --method probe` as a user runs them."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from smtptui.cli.commands.probe import VERB, parse_server
from smtptui.cli.framework.fast_parser import parse_fast
from smtptui.cli.framework.output import Output
from smtptui.cli.framework.parser import Program
from smtptui.cli.render.cells import cell_width
from smtptui.config.probe_settings import read_probe_settings
from smtptui.model.errors import UsageError
from smtptui.probe.verdict import VERDICTS
from smtptui.sandbox.running import RunningSandbox

from ..canary import CANARY, secret_text
from .conftest import ROOT, Ended, Run, environment, start
from .scripted import scripted
from .test_cli_start import LOOK

HOST, USER, PASSWORD = "mail.acme.example", "prober", secret_text("probe")
LOGIN = ("--username", USER, "--password-from", "env:PW")
VERDICT_KEYS = [
    "id", "status", "cause", "remedy", "server_said", "not_proven", "stages", "tls", "auth", "address",
    "guess", "edit", "warnings",
]  # fmt: skip
STAGE_KEYS = ["name", "state", "ms", "code", "enhanced", "text"]

Probe = Callable[..., Ended]


@pytest.fixture
def probe(sandbox: RunningSandbox, cli: Run) -> Iterator[Probe]:
    """`smtptui probe` with a login that the sandbox accepts; the password is in nothing it writes."""
    sandbox.smtp_logins({HOST: {USER: PASSWORD}})

    def run(*words: str, password: str = PASSWORD, **more: Any) -> Ended:
        ended = cli("probe", *words, **{**more, "env": {"PW": password, **more.get("env", {})}})
        for text in (ended.out, ended.err):
            assert CANARY not in text
            assert base64.b64encode(f"\0{USER}\0{password}".encode()).decode() not in text
        return ended

    yield run
    sandbox.smtp_logins({HOST: {USER: None}})


@pytest.mark.parametrize(("port", "stage"), [(587, "starttls"), (465, "tls")])
def test_a_good_login_is_verified(probe: Probe, port: int, stage: str) -> None:
    ended = probe(f"{HOST}:{port}", *LOGIN, "--json")
    assert ended.status == 0, ended.err
    verdict = ended.json["verdict"]
    assert (verdict["id"], verdict["status"]) == ("auth.verified", "verified")
    assert stage in [item["name"] for item in verdict["stages"]]
    assert verdict["auth"]["attempts"] == 1


def test_the_document_has_the_promised_keys(probe: Probe) -> None:
    document = probe(HOST, *LOGIN, "--json").json
    assert list(document) == ["schema", "verdict"]
    assert document["schema"] == 1
    assert list(document["verdict"]) == VERDICT_KEYS
    assert [list(stage) for stage in document["verdict"]["stages"]] == [STAGE_KEYS] * len(document["verdict"]["stages"])  # fmt: skip
    body = probe(HOST, *LOGIN, "--json", "--transcript").json
    assert list(body) == ["schema", "verdict", "transcript"]
    assert {frozenset(said) for said in body["transcript"]} == {frozenset({"by", "encrypted", "text"})}
    assert any("AUTH PLAIN <redacted>" in said["text"] for said in body["transcript"])


def test_without_a_login_reachable_is_good(probe: Probe) -> None:
    ended = probe(HOST, "--json")
    assert (ended.status, ended.json["verdict"]["id"]) == (0, "smtp.reachable")


def test_a_login_whose_password_is_not_known_is_not_verified(probe: Probe) -> None:
    ended = probe(HOST, "--username", USER, "--json")
    assert (ended.status, ended.json["verdict"]["id"]) == (1, "secret.unknown")


def test_a_wrong_password_is_tried_exactly_once(probe: Probe) -> None:
    ended = probe(HOST, *LOGIN, "--json", password=secret_text("wrong"))
    verdict = ended.json["verdict"]
    assert (ended.status, verdict["id"], verdict["auth"]["attempts"]) == (1, "auth.rejected", 1)
    with scripted(
        b"220 peer\r\n", b"250-peer\r\n250 AUTH CRAM-MD5 PLAIN LOGIN\r\n", b"535 5.7.8 no\r\n"
    ) as peer:
        ended = probe(f"127.0.0.1:{peer.port}", *LOGIN, "--security", "none", "--allow-cleartext-auth",
                      "--auth-mechanism", "plain", "--json")  # fmt: skip
    assert (ended.status, ended.json["verdict"]["id"]) == (1, "auth.rejected")
    assert (peer.connections, bytes(peer.received).count(b"AUTH ")) == (1, 1)


def test_a_login_in_clear_needs_the_words_that_allow_it(probe: Probe) -> None:
    with scripted(b"220 peer\r\n", b"250-peer\r\n250 AUTH PLAIN LOGIN\r\n") as peer:
        ended = probe(f"127.0.0.1:{peer.port}", *LOGIN, "--security", "none", "--json")
    assert (ended.status, ended.json["verdict"]["id"]) == (1, "policy.clear_text")
    assert b"AUTH" not in peer.received


def test_stripped_starttls_gets_no_byte_of_the_login(probe: Probe) -> None:
    with scripted(b"220 peer\r\n", b"250-peer\r\n250 AUTH PLAIN LOGIN\r\n") as peer:
        ended = probe(f"127.0.0.1:{peer.port}", *LOGIN, "--json")
    assert (ended.status, ended.json["verdict"]["id"]) == (1, "tls.starttls_missing")
    assert {line.split()[0] for line in bytes(peer.received).splitlines()} <= {b"EHLO", b"QUIT"}


@pytest.mark.parametrize("host", ["a\r\nb", "mail acme", " ", "a\tb:587", "", "a\x7fb", "[a"])
def test_a_host_that_cannot_be_one_is_refused_before_dns(probe: Probe, host: str) -> None:
    ended = probe("--", host, "--json") if host.startswith("-") else probe(host, "--json")
    verdict = ended.json["verdict"]
    assert (ended.status, verdict["id"]) == (1, "input.host_invalid")
    assert {stage["state"] for stage in verdict["stages"]} == {"not_reached"}


def test_a_port_out_of_range_is_a_verdict(probe: Probe) -> None:
    assert probe(f"{HOST}:70000", "--json").json["verdict"]["id"] == "input.port_invalid"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp.example.com", ("smtp.example.com", 587)),
        ("smtp.example.com:25", ("smtp.example.com", 25)),
        ("2001:db8::5", ("2001:db8::5", 587)),
        ("[2001:db8::5]", ("[2001:db8::5]", 587)),
        ("[2001:db8::5]:465", ("[2001:db8::5]", 465)),
    ],
)
def test_host_and_port(text: str, expected: tuple[str, int]) -> None:
    assert parse_server(text) == expected


@pytest.mark.parametrize("text", ["a:b:c", "a:", "a:99999999", "a:٣", "a:-1"])
def test_what_is_no_host_and_port(text: str) -> None:
    with pytest.raises(UsageError):
        parse_server(text)


HOSTILE = b"220 \x1b[2J\x1b]0;owned\x07\x9b31m [/] [bold]x[/bold] \xe2\x80\xae\xe2\x80\x8b rtl \xff\r\n"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_hostile_text_from_the_server_is_harmless(probe: Probe, form: tuple[str, ...]) -> None:
    with scripted(
        HOSTILE, b"250-\x1b[31mpeer\r\n250 AUTH PLAIN\r\n", b"535 5.7.8 \x1b]52;c;aGk=\x07 no\r\n"
    ) as peer:
        ended = probe(f"127.0.0.1:{peer.port}", *LOGIN, "--security", "none", "--allow-cleartext-auth",
                      "--transcript", *form)  # fmt: skip
    assert ended.status == 1
    for text in (ended.out, ended.err, json.dumps(ended.json, ensure_ascii=False) if form else ""):
        assert all(character.isprintable() or character in "\n" for character in text)
    assert "[/]" in ended.out


def test_the_words_fit_80_columns(probe: Probe) -> None:
    long = "x" * 70
    results = [probe(HOST, *LOGIN, "--sender", "ops@acme.example"), probe(HOST, *LOGIN, "--transcript"),
            probe(f"{long}.{long}.example", "--username", "u" * 60)]  # fmt: skip
    with scripted(b"220 " + b"w" * 300 + b"\r\n", b"250 peer\r\n") as peer:
        results.append(probe(f"127.0.0.1:{peer.port}", *LOGIN, "--security", "none"))
    for ended in results:
        assert "What it means:" in ended.out
        assert max(map(cell_width, ended.out.splitlines())) <= 80
    assert "VERIFIED  auth.verified" in results[0].out.splitlines()[0]


def test_a_sender_check_ends_with_a_reset(probe: Probe) -> None:
    stages = probe(HOST, *LOGIN, "--sender", "ops@acme.example", "--json").json["verdict"]["stages"]
    assert [stage["name"] for stage in stages][-4:] == ["mail", "rcpt", "rset", "quit"]


def test_a_test_mail_needs_a_yes(probe: Probe, sandbox: RunningSandbox) -> None:
    words = (HOST, *LOGIN, "--sender", "ops@acme.example", "--send-test", "--to", "me@acme.example", "--json")
    before = len(sandbox.ask("mail"))
    refused = probe(*words)
    assert (refused.status, refused.error["kind"]) == (6, "consent_missing")
    kept = probe(*words, "--yes", "--read-only")
    assert (kept.status, kept.error["kind"]) == (6, "read_only")
    assert len(sandbox.ask("mail")) == before
    sent = probe(*words, "--yes")
    assert (sent.status, sent.json["verdict"]["id"]) == (0, "auth.verified")
    assert len(sandbox.ask("mail")) == before + 1


def test_references_of_every_kind(probe: Probe, tmp_path: Path) -> None:
    kept = tmp_path / "password"
    kept.write_text(PASSWORD + "\n")
    kept.chmod(0o600)
    for reference in (f"file:{kept}", f"cmd:cat {kept}"):
        ended = probe(HOST, "--username", USER, "--password-from", reference)
        assert ended.status == 0, ended.err
    kept.chmod(0o644)
    for reference in (f"file:{kept}", "env:NOT_THERE", "prompt:"):
        ended = probe(HOST, "--username", USER, "--password-from", reference, "--json")
        assert (ended.status, ended.error["kind"]) == (6, "secret_missing")
        assert reference in ended.err


def test_no_configuration_is_needed_and_a_named_one_is(plain: Run, tmp_path: Path) -> None:
    assert plain("probe", "127.0.0.1:1", "--json").json["verdict"]["id"] == "connect.refused"
    missing = plain("probe", "127.0.0.1:1", "--config", str(tmp_path / "none.toml"), "--json")
    assert (missing.status, missing.error["kind"]) == (2, "configuration")


def test_a_mistake_in_the_probe_settings_is_reported_by_the_full_reader(plain: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[probe]\ntimout = 3\n")
    config.chmod(0o600)
    ended = plain("probe", "127.0.0.1:1", "--config", str(config), "--json")
    assert (ended.status, ended.error["kind"]) == (2, "configuration")
    assert "timeout" in ended.err


@pytest.mark.parametrize(
    "text",
    [
        "[probe]\ntimeout = 0",
        "[probe]\ntimeout = true",
        "[probe]\nehlo_name = ''",
        "[probe]\nca_file = 'none.pem'",
        "[probe]\nper_host = 0",
        "[probe]\nconcurrency = 3.0",
        "[probe.resolve]\n'a' = 'b:1'",
        "[probe.resolve]\n'a:1' = 5",
        "[probe.resolve]\n'a:1' = 'b:70000'",
        "probe = 3",
        "[probe",
    ],
)
def test_what_is_not_plainly_right_is_left_to_the_full_reader(tmp_path: Path, text: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    config.chmod(0o600)
    assert read_probe_settings(str(config)) is None


def test_plain_settings_are_those_of_the_full_reader(sandbox: RunningSandbox) -> None:
    from smtptui.config.read import load_config
    from smtptui.workspace.core.configuration import provider_names, provider_settings

    full = load_config(sandbox.config, provider_settings, provider_names()).probe
    plain = read_probe_settings(str(sandbox.config))
    assert plain == full


@pytest.mark.parametrize(
    "words",
    [
        ("probe", "h"),
        ("probe", "h:25", "--json", "--transcript"),
        ("probe", "--username=u", "--password-from", "env:X", "h"),
        ("probe", "h", "--config", "f", "--quiet"),
    ],
)
def test_plain_words_are_read_as_the_parser_reads_them(words: tuple[str, ...]) -> None:
    plain = parse_fast(words)
    assert plain is not None
    verb, values, common = plain
    opener: Any = None
    program = Program(Output(), opener)
    command = program.get_command(None, words[0])  # type: ignore[arg-type]
    assert command is not None
    parsed = command.make_context(words[0], list(words[1:])).params
    assert verb == VERB.name
    assert values == {name: parsed[name] if parsed[name] is not False else None for name in values}
    assert all(parsed[name] == value for name, value in common.items())


@pytest.mark.parametrize(
    "words",
    [
        (), ("list",), ("probe",), ("probe", "a", "b"), ("probe", "h", "--help"), ("probe", "--", "h"),
        ("probe", "h", "--username"), ("probe", "h", "--username", "-u"), ("probe", "h", "--json=1"),
        ("probe", "h", "--nope"), ("probe", "h", "--to", "a", "--to", "b"), ("probe", "h", "--account", "x"),
        ("--quiet", "list"), ("--quiet",), ("--username", "u", "probe", "h"), ("-q", "probe", "h"),
    ],
)  # fmt: skip
def test_irregular_words_are_left_to_the_parser(words: tuple[str, ...]) -> None:
    parsed = parse_fast(words)
    assert parsed is None or parsed.verb is None


def test_common_options_may_stand_before_the_verb() -> None:
    before = parse_fast(("--config", "f", "--quiet", "probe", "h"))
    assert before is not None
    assert before == parse_fast(("probe", "h", "--config", "f", "--quiet"))


UNNEEDED = {"asyncio", "click", "pydantic", "httpx", "httpx2", "gql", "rich", "textual", "platformdirs", "sqlite3",
            "logging", "json.tool", "urllib.parse", "subprocess", "concurrent.futures", "cryptography", "hmac",
            "smtptui.workspace", "smtptui.state", "smtptui.cli.framework.parser", "pathlib"}  # fmt: skip


def test_a_single_probe_imports_nothing_it_does_not_need(
    probe: Probe, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(["probe", HOST, *LOGIN])],
        capture_output=True,
        text=True,
        check=True,
        env=environment(tmp_path / "home", PW=PASSWORD, SMTPTUI_CONFIG=str(sandbox.config)),
        stdin=subprocess.DEVNULL,
    )
    assert not set(json.loads(done.stdout.splitlines()[-1])) & UNNEEDED


def test_the_stages_show_live_on_a_terminal(sandbox: RunningSandbox, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "smtptui", "probe", HOST],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path, check=True,
            env=environment(tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config)), start_new_session=True,
        )  # fmt: skip
        shown = os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert all(f"{HOST}:587  {stage} …" in shown for stage in ("tcp", "starttls", "tls", "ehlo2"))
    assert shown.endswith("\r\x1b[K")
    assert "\x1b" not in done.stdout.decode()


def test_a_reader_that_goes_away_is_no_failure(sandbox: RunningSandbox, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "smtptui", "probe", HOST], stdin=subprocess.DEVNULL, stdout=writing,
        stderr=subprocess.PIPE, env=environment(tmp_path / "home", SMTPTUI_CONFIG=str(sandbox.config)),
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_probe_that_waits(tmp_path: Path, number: signal.Signals) -> None:
    with scripted() as peer:
        running = subprocess.Popen(
            [sys.executable, "-m", "smtptui", "probe", f"127.0.0.1:{peer.port}", "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment(tmp_path / "home"), start_new_session=True,
        )  # fmt: skip
        assert peer.reached.wait(30)
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert json.loads(out)["error"]["kind"] == "interrupted"
    assert "Traceback" not in err


# --- the second opinion


@pytest.fixture
def configured(sandbox: RunningSandbox, probe: Probe, tmp_path: Path) -> Run:
    """The program with [passwords] for the prober."""
    config = tmp_path / "passwords.toml"
    config.write_text(f'{sandbox.config.read_text()}\n[passwords]\n"{USER}@{HOST}" = "env:PW"\n')
    config.chmod(0o600)
    env = {"PW": PASSWORD, "SMTPTUI_CONFIG": str(config), "SMTPTUI_STATE_DIR": str(tmp_path / "state")}
    return lambda *words: start(*words, home=tmp_path / "home", env=env)


def test_a_second_opinion_is_kept_shown_selected_and_outdated_by_an_edit(configured: Run) -> None:
    made = configured("create", "acme-pipefy", "--host", HOST, "--port", "587", "--username", USER,
                      "--password-from", "env:PW", "--json")  # fmt: skip
    assert made.status == 0, made.err
    address = f"acme-pipefy/{made.json['credential']['id']}"
    try:
        verified = configured("verify", address, "--method", "probe", "--json")
        assert verified.status == 0, verified.err
        assert "1 password at 1 host" in verified.err
        (result,) = verified.json["results"]
        assert (result["method"], result["status"], result["verdict"]["id"]) == ("probe", "verified", "auth.verified")  # fmt: skip
        assert configured("verify", address, "--json").json["results"][0]["method"] == "probe", "auto probes"
        opinion = configured("show", address, "--json").json["credential"]["verification"]["probe"]
        assert (opinion["status"], opinion["verdict"], opinion["outdated"]) == ("verified", "auth.verified", False)  # fmt: skip
        assert "by our probe ✓ verified" in configured("show", address).out
        assert _picked(configured, "status=verified", address)
        edited = configured("edit", address, "--port", "2525", "--password-from", "env:PW")
        assert edited.status == 0, edited.err
        opinion = configured("show", address, "--json").json["credential"]["verification"]["probe"]
        assert opinion["outdated"] is True
        assert "outdated" in configured("show", address).out
        assert not _picked(configured, "status=verified", address)
    finally:
        configured("delete", address, "--yes")


def _picked(run: Run, selector: str, address: str) -> bool:
    found = run("list", "acme-pipefy", selector, "--json").json["credentials"]
    return address in [f"{item['account']}/{item['id']}" for item in found]


def test_a_failed_probe_answers_no_and_says_what_to_do(configured: Run, sandbox: RunningSandbox) -> None:
    made = configured("create", "acme-pipefy", "--host", HOST, "--port", "465", "--username", USER,
                      "--password-from", "env:PW", "--json")  # fmt: skip
    address = f"acme-pipefy/{made.json['credential']['id']}"
    sandbox.smtp_logins({HOST: {USER: secret_text("another")}})
    try:
        ended = configured("verify", address, "--method", "probe")
        assert ended.status == 1
        assert ended.out.splitlines()[1].strip() == VERDICTS["auth.rejected"].remedy
        quiet = configured("verify", address, "--method", "probe", "--quiet", "--json")
        assert (quiet.status, quiet.err) == (1, "")
    finally:
        configured("delete", address, "--yes")


def test_digitanium_is_probed_without_a_question_where_its_password_is_named(
    configured: Run, sandbox: RunningSandbox
) -> None:
    before = len(sandbox.ask("mail"))
    made = configured("create", "acme-idp", "--host", HOST, "--port", "587", "--username", USER, "--password-from",
                      "env:PW", "--from-email", "prober@acme.example", "--overwrite-unknown", "--json")  # fmt: skip
    assert made.status == 0, made.err
    named = configured("verify", "acme-idp/tenant", "--json")
    assert (named.status, named.json["results"][0]["method"]) == (0, "probe"), named.err
    assert len(sandbox.ask("mail")) == before


# --- the documented table


def verdict_table() -> str:
    """The table of `smtptui/probe/VERDICTS.md`, made from the verdicts themselves."""
    lines = ["| id | status | what it means |", "|---|---|---|"]
    for name, known in VERDICTS.items():
        cause = (
            known.cause.format(host="HOST", port="PORT", detail="…")
            .replace(": …", "")
            .replace("HOST…", "HOST")
        )
        lines.append(f"| `{name}` | {known.status} | {cause.replace(' …', '').replace('…', '')} |")
    return "\n".join(lines) + "\n"


def test_every_verdict_is_documented() -> None:
    text = (ROOT / "smtptui" / "probe" / "VERDICTS.md").read_text("utf-8")
    assert verdict_table() in text, f"the table must be:\n{verdict_table()}"


def test_doctor_looks_at_the_probe_and_tries_its_passwords_when_asked(configured: Run) -> None:
    checks = {item["name"]: item for item in configured("doctor", "--json").json["findings"]}
    assert checks["probe"]["state"] == "ok"
    assert "not read" in checks[f"password of {USER}@{HOST}"]["text"]
    tried = configured("doctor", "--resolve", "--json")
    assert {item["name"]: item["state"] for item in tried.json["findings"]}[
        f"password of {USER}@{HOST}"
    ] == "ok"
    assert PASSWORD not in tried.out + tried.err


def test_caps_says_what_verifies(plain: Run) -> None:
    assert "--method probe" in plain("caps", "pipefy").out
    assert "--send-mail" in plain("caps", "digitanium").out
