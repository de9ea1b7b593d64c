"""`smtptui demo`: the terminal screen on a private sandbox that is deleted afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path

from smtptui.cli.framework.invocation import Invocation
from smtptui.cli.framework.prompts import require_terminal
from smtptui.cli.framework.spec import SEED, Verb
from smtptui.model.errors import UnavailableError

VERB = Verb("demo", (), (SEED,))


def run(invocation: Invocation) -> int:
    require_terminal()
    from smtptui.sandbox.running import RunningSandbox, SandboxError

    # mkdtemp makes the directory 0700.
    with tempfile.TemporaryDirectory(prefix="smtptui-demo-") as folder:
        config, state = Path(folder) / "config.toml", Path(folder) / "state"
        sandbox = RunningSandbox(config, seed=invocation.text("seed") or "default")
        try:
            sandbox.start()
        except SandboxError as error:
            raise UnavailableError(
                f"The demo's sandbox did not start: {error}",
                hint="It needs the extra `sandbox`: pip install 'smtptui[sandbox]'.",
            ) from None
        try:
            common = invocation.common._replace(config=str(config), state_dir=str(state), accounts=())
            return invocation.open_screen(common.workspace_options(), mouse=False, stats=False, demo=True)
        finally:
            sandbox.stop()
