"""`smtptui demo`: the terminal screen on a sandbox of its own that leaves nothing behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

from smtptui.cli.commands.tui import require_terminal
from smtptui.cli.framework.invocation import Invocation
from smtptui.model.errors import UnavailableError


def run(call: Invocation) -> int:
    require_terminal()
    from smtptui.sandbox.running import RunningSandbox, SandboxError

    # mkdtemp makes the directory 0700.
    with tempfile.TemporaryDirectory(prefix="smtptui-demo-") as folder:
        config, state = Path(folder) / "config.toml", Path(folder) / "state"
        sandbox = RunningSandbox(config, seed=call.text("seed") or "default")
        try:
            sandbox.start()
        except SandboxError as error:
            raise UnavailableError(
                f"The demo's sandbox did not start: {error}",
                hint="Its dependencies are the extra `sandbox`: pip install 'smtptui[sandbox]'.",
            ) from None
        try:
            options = call.common._replace(
                config=str(config), state_dir=str(state), accounts=()
            ).workspace_options()
            return call.open_screen(options, mouse=False, stats=False, demo=True)
        finally:
            sandbox.stop()
