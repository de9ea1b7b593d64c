"""Our own probe from the list to its kept stages, in a real pseudo-terminal over the sandbox."""

from __future__ import annotations

from pathlib import Path

from smtptui.sandbox.running import RunningSandbox
from tests.canary import CANARY, secret_text
from tests.tui.terminal import program

HOST, USER = "smtp.sendgrid.net", "apikey"


def test_probe_with_a_configured_and_with_a_typed_password(sandbox: RunningSandbox, tmp_path: Path) -> None:
    password, wrong = secret_text("configured"), secret_text("typed")
    sandbox.smtp_logins({HOST: {USER: password}})
    config = tmp_path / "config.toml"
    passwords = f'\n[passwords]\n"{USER}@{HOST}" = "env:PROBED_PASSWORD"\n'
    config.write_text(sandbox.config.read_text() + passwords)
    config.chmod(0o600)
    terminal = program(config, tmp_path / "state", PROBED_PASSWORD=password)
    try:
        terminal.shows("acme-pipefy", "39 credentials")
        terminal.press("/", *f"account=acme-pipefy {HOST}")
        terminal.shows("1 of 39 shown", "? unknown")
        terminal.press("enter")
        terminal.settle()
        terminal.press("p")
        terminal.shows("1/1 · 1 verified", "235 2.7.0", "✓ starttls")
        terminal.press("escape")
        terminal.shows("probe ✓ ")
        terminal.press("enter")
        terminal.shows("by our probe ✓ verified", "auth.verified", "live")
        terminal.press("s")
        terminal.shows("stages of the last probe", "env:PROBED_PASSWORD", "✓ tcp")
        terminal.press("escape")
        terminal.shows("live")
        terminal.press("escape")
        terminal.shows("probe ✓ ")
        terminal.press("escape")
        terminal.shows("39 credentials")
        terminal.press("/", *"account=acme-pipefy office365")
        terminal.shows("1 of 39 shown")
        terminal.press("enter")
        terminal.settle()
        terminal.press("p")
        terminal.shows("The password of requests@acme.example", "stored nowhere")
        terminal.press(*wrong)
        terminal.shows("•" * len(wrong))
        terminal.press("enter")
        terminal.shows("1/1 · 1 failed", "What it means")
        terminal.press("escape")
        terminal.shows("probe ✗ ")
        terminal.press("escape")
        terminal.shows("39 credentials")
        terminal.press("/", *"status=failed account=acme-pipefy")
        terminal.shows("1 of 39 shown", "probe ✗ ")
        terminal.press("enter")
        terminal.settle()
        terminal.press("q")
        assert terminal.wait() == 0
        assert CANARY.encode() not in terminal.bytes
        assert b"pw-" not in terminal.bytes
    finally:
        terminal.close()
    for file in (tmp_path / "state").rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes()
