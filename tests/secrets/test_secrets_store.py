"""References are resolved by the rules of their kind, and no error shows a secret."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smtptui.model.errors import SecretMissingError
from smtptui.secrets import keyring_backend
from smtptui.secrets.redactor import Redactor
from smtptui.secrets.reference import parse_reference
from smtptui.secrets.secret import Secret
from smtptui.secrets.store import MAX_COMMANDS, SecretStore
from tests.canary import CANARY, secret_text

WHAT = "token_secret of account acme-blue"


def store(redactor: Redactor | None = None, **options: Any) -> SecretStore:
    options.setdefault("ask", None)
    options.setdefault("environ", {"PATH": os.environ["PATH"]})
    return SecretStore(redactor or Redactor(), **options)


async def refused(the_store: SecretStore, text: str) -> SecretMissingError:
    with pytest.raises(SecretMissingError) as caught:
        await the_store.resolve(parse_reference(text), what=WHAT)
    shown = f"{caught.value!r} {caught.value.to_json()}"
    assert CANARY not in shown
    assert WHAT in caught.value.message
    # A long one is cut.
    assert text[:150] in caught.value.message
    assert caught.value.hint
    return caught.value


def python(code: str) -> str:
    return f"cmd:{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


async def test_env_is_taken_as_it_is_and_registered() -> None:
    redactor = Redactor()
    value = f" {secret_text('env')}\n"
    found = await store(redactor, environ={"TOKEN": value}).resolve(parse_reference("env:TOKEN"), what=WHAT)
    assert found.reveal() == value
    assert CANARY not in redactor.redact(f"x {value} y")


@pytest.mark.parametrize(("environ", "state"), [({}, "not set"), ({"TOKEN": ""}, "empty")])
async def test_env_missing_or_empty_names_the_variable(environ: dict[str, str], state: str) -> None:
    error = await refused(store(environ=environ), "env:TOKEN")
    assert f"TOKEN is {state}" in error.message


async def test_inline_is_registered() -> None:
    redactor = Redactor()
    found = await store(redactor).resolve(parse_reference(f"inline:{secret_text('in')}"), what=WHAT)
    assert found.reveal() == secret_text("in")
    assert CANARY not in redactor.redact(secret_text("in"))


def private(path: Path, content: str, mode: int = 0o600) -> Path:
    path.write_text(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "expected"), [("x\n", "x"), ("x\n\n", "x\n"), ("x", "x"), ("x\r\n", "x"), (" x ", " x ")]
)
async def test_file_loses_exactly_one_trailing_newline(tmp_path: Path, content: str, expected: str) -> None:
    path = private(tmp_path / "token", content.replace("x", secret_text()))
    found = await store().resolve(parse_reference(f"file:{path}"), what=WHAT)
    assert found.reveal() == expected.replace("x", secret_text())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
async def test_file_others_may_access_is_refused_with_the_chmod_command(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path / "to ken", secret_text(), mode)
    error = await refused(store(), f"file:{path}")
    assert error.hint == f"chmod 600 '{path}'"
    assert f"{mode:04o}" in error.message


async def test_file_behind_a_symbolic_link_is_checked_at_its_target(tmp_path: Path) -> None:
    good = private(tmp_path / "good", secret_text())
    wide = private(tmp_path / "wide", secret_text(), 0o644)
    (tmp_path / "to-good").symlink_to(good)
    (tmp_path / "to-wide").symlink_to(wide)
    found = await store().resolve(parse_reference(f"file:{tmp_path}/to-good"), what=WHAT)
    assert found.reveal() == secret_text()
    assert "0644" in (await refused(store(), f"file:{tmp_path}/to-wide")).message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
async def test_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = private(tmp_path / "token", secret_text())
    os.chown(path, 12345, -1)
    assert "belongs to another user" in (await refused(store(), f"file:{path}")).message


async def test_file_that_is_missing_too_large_empty_or_binary_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    private(tmp_path / "large", CANARY * 10_000)
    private(tmp_path / "empty", "\n")
    (tmp_path / "binary").write_bytes(b"\xff" + CANARY.encode())
    (tmp_path / "binary").chmod(0o600)
    for name, reason in (
        ("missing", "no such file"),
        (".", "not a regular file"),
        ("fifo", "not a regular file"),
        ("large", "larger than 64 KiB"),
        ("empty", "the file is empty"),
        ("binary", "not UTF-8"),
    ):
        assert reason in (await refused(store(), f"file:{tmp_path}/{name}")).message


async def test_cmd_gives_its_first_line() -> None:
    found = await store().resolve(parse_reference(python(f"print({CANARY!r}); print('login: x')")), what=WHAT)
    assert found.reveal() == CANARY


async def test_cmd_runs_without_a_shell_and_reads_nothing() -> None:
    code = "import sys; print(repr(sys.stdin.read()) + sys.argv[1])"
    found = await store().resolve(parse_reference(f"{python(code)} '$HOME;id'"), what=WHAT)
    assert found.reveal() == "''$HOME;id"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise SystemExit(3)", "exited with status 3"),
        ("pass", "wrote nothing"),
        ("print()", "first line is empty"),
        ("print('x' * 70000)", "more than 64 KiB"),
        ("import sys; sys.stdout.buffer.write(bytes([255]))", "not UTF-8"),
    ],
)
async def test_cmd_that_gives_no_secret(code: str, reason: str) -> None:
    assert reason in (await refused(store(), python(code))).message


async def test_cmd_that_does_not_exist_or_cannot_be_started(tmp_path: Path) -> None:
    assert "no such command" in (await refused(store(), "cmd:/nowhere/at-all")).message
    private(tmp_path / "plain", "x")
    assert "cannot be started" in (await refused(store(), f"cmd:{tmp_path}/plain")).message


async def test_cmd_stderr_is_an_excerpt_without_secrets_and_escapes() -> None:
    # the canary comes from parts: the reference itself is shown
    code = (
        "import sys; s = 'pw-' + 'canary-7f3e'; print(s);"
        " sys.stderr.write('no \\x1b[2J key ' + s + 'y' * 900); raise SystemExit(2)"
    )
    error = await refused(store(), python(code))
    assert "no ␛[2J key <redacted>yyy" in error.message
    assert "y" * 250 not in error.message


async def test_cmd_past_its_deadline_is_killed(tmp_path: Path) -> None:
    beacon = tmp_path / "pid"
    code = f"import os, time; open({str(beacon)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    error = await refused(store(command_timeout=1.5), python(code))
    assert "did not finish within 1.5 s" in error.message
    with pytest.raises(ProcessLookupError):
        os.kill(int(beacon.read_text()), 0)


async def test_cmd_does_not_inherit_our_own_secrets() -> None:
    the_store = store(environ={"PATH": os.environ["PATH"], "TOKEN": secret_text()})
    await the_store.resolve(parse_reference("env:TOKEN"), what=WHAT)
    code = "import os; print(os.environ.get('TOKEN', 'not inherited'))"
    assert (await the_store.resolve(parse_reference(python(code)), what=WHAT)).reveal() == "not inherited"


async def test_each_reference_is_fetched_once(tmp_path: Path) -> None:
    count = tmp_path / "count"
    code = f"open({str(count)!r}, 'a').write('x'); print({CANARY!r})"
    the_store, reference = store(), parse_reference(python(code))
    found = await asyncio.gather(*(the_store.resolve(reference, what=f"{WHAT} {n}") for n in range(4)))
    assert await the_store.resolve(reference, what=WHAT) is found[0]
    assert count.read_text() == "x"


async def test_each_caller_gets_its_own_error_and_the_next_request_tries_again(tmp_path: Path) -> None:
    path, the_store = tmp_path / "token", store()
    reference = parse_reference(f"file:{path}")
    errors = await asyncio.gather(
        *(the_store.resolve(reference, what=f"use {n}") for n in range(3)), return_exceptions=True
    )
    assert [f"use {n}" in str(error) for n, error in enumerate(errors)] == [True] * 3
    private(path, secret_text())
    assert (await the_store.resolve(reference, what=WHAT)).reveal() == secret_text()


async def test_at_most_five_commands_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running = most = 0

    async def slow(words: list[str], **_: object) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _turn in range(5):
            await asyncio.sleep(0)
        running -= 1
        return secret_text(words[1])

    monkeypatch.setattr("smtptui.secrets.store.run_password_command", slow)
    the_store = store()
    await asyncio.gather(
        *(the_store.resolve(parse_reference(f"cmd:op {n}"), what=WHAT) for n in range(MAX_COMMANDS * 3))
    )
    assert most == MAX_COMMANDS


async def test_prompt_without_a_terminal_is_refused() -> None:
    assert "no terminal" in (await refused(store(), "prompt:")).message


async def test_prompt_asks_once_for_each_use_and_one_at_a_time() -> None:
    asked: list[str] = []
    lock = threading.Lock()

    def ask(question: str) -> str:
        assert lock.acquire(blocking=False)
        asked.append(question)
        lock.release()
        return secret_text(str(len(asked)))

    the_store, reference = store(ask=ask), parse_reference("prompt:")
    first, second = await asyncio.gather(
        the_store.resolve(reference, what="token of account a"),
        the_store.resolve(reference, what="token of account b"),
    )
    assert first != second
    assert await the_store.resolve(reference, what="token of account a") is first
    assert asked == ["token of account a: ", "token of account b: "]


async def test_a_held_answer_is_used_for_its_own_prompt_until_it_is_forgotten() -> None:
    redactor = Redactor()
    the_store = store(redactor)
    prompt = parse_reference("prompt:")
    the_store.hold_answer("password to store", Secret(secret_text("held")))
    assert (await the_store.resolve(prompt, what="password to store")).reveal() == secret_text("held")
    assert secret_text("held") not in redactor.redact(f"x {secret_text('held')} y")
    with pytest.raises(SecretMissingError):
        await the_store.resolve(prompt, what="token of account acme")
    the_store.forget_answer("password to store")
    the_store.forget_answer("password to store")
    with pytest.raises(SecretMissingError):
        await the_store.resolve(prompt, what="password to store")


async def test_prompt_left_empty_or_closed_is_refused() -> None:
    def closed(question: str) -> str:
        raise EOFError

    assert "nothing was typed" in (await refused(store(ask=lambda _: ""), "prompt:")).message
    assert "nothing was typed" in (await refused(store(ask=closed), "prompt:")).message


class SafeBackend:
    priority = 5.0

    def get_password(self, service: str, user: str) -> str | None:
        if user == "broken":
            raise RuntimeError(secret_text("inside"))
        return secret_text("keyring") if (service, user) == ("smtptui", "ops/a") else None


class PlaintextKeyring(SafeBackend):
    pass


class Weak(SafeBackend):
    priority = 0.5


def use_keyring(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_keyring=lambda: backend))


async def test_keyring_returns_its_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    use_keyring(monkeypatch, SafeBackend())
    found = await store().resolve(parse_reference("keyring:smtptui/ops/a"), what=WHAT)
    assert found.reveal() == secret_text("keyring")
    assert "has no entry" in (await refused(store(), "keyring:smtptui/other")).message
    assert "RuntimeError" in (await refused(store(), "keyring:smtptui/broken")).message


@pytest.mark.parametrize(
    "backend", [PlaintextKeyring(), Weak(), SimpleNamespace(priority=9, backends=[SafeBackend(), Weak()])]
)
async def test_keyring_backends_that_protect_nothing_are_refused(
    monkeypatch: pytest.MonkeyPatch, backend: object
) -> None:
    use_keyring(monkeypatch, backend)
    assert "does not protect" in (await refused(store(), "keyring:smtptui/ops/a")).message


async def test_keyring_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "smtptui[keyring]" in (await refused(store(), "keyring:smtptui/ops")).hint


async def test_keyring_that_never_answers_times_out() -> None:
    release = threading.Event()

    def locked(service: str, user: str) -> str:
        release.wait(60)
        return secret_text()

    try:
        error = await refused(store(keyring=locked, keyring_timeout=0.05), "keyring:smtptui/ops")
    finally:
        release.set()
    assert "did not answer within 0.05 s" in error.message


def test_importing_the_room_loads_nothing_heavy() -> None:
    assert keyring_backend.KEYRING_TIMEOUT == 10.0
    import subprocess

    code = (
        "import sys, smtptui.secrets.store;"
        "print([m for m in ('keyring', 'pydantic', 'httpx', 'rich', 'textual', 'click') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
