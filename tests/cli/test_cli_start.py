"""What is answered before anything heavy is imported, and completion."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from smtptui import __version__
from smtptui.cli.commands.completion import SHELLS
from smtptui.cli.framework.completion import SCRIPT_FOLDER, account_names
from smtptui.cli.framework.completion_scripts import SCRIPTS
from smtptui.cli.framework.registry import SUMMARIES

from .conftest import ROOT, Run, environment

HEAVY = (
    "textual",
    "rich",
    "gql",
    "graphql",
    "httpx",
    "httpx2",
    "pydantic",
    "click",
    "asyncio",
    "ssl",
    "dataclasses",
)
LOOK = """
import sys, json, io
sys.argv = ["smtptui", *json.loads(sys.argv[1])]
from smtptui.__main__ import main
kept, sys.stdout = sys.stdout, io.StringIO()
try:
    main()
finally:
    sys.stdout = kept
print(json.dumps(sorted(sys.modules)))
"""


def _modules(home: Path, *words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(words)],
        capture_output=True,
        text=True,
        check=True,
        env=environment(home / "home"),
        stdin=subprocess.DEVNULL,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "words", [("--version",), *(("completion", shell) for shell in SHELLS), ("completion", "--accounts")]
)
def test_version_and_completion_are_answered_before_click_is_imported(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    modules = _modules(tmp_path, *words)
    assert not modules & set(HEAVY)
    ours = {name for name in modules if name.startswith("smtptui.")}
    assert ours <= {
        "smtptui.__main__",
        "smtptui.cli",
        "smtptui.cli.framework",
        "smtptui.cli.framework.completion",
    }


def test_help_imports_neither_the_network_nor_the_screen(tmp_path: Path) -> None:
    look = LOOK.replace("    main()\n", "    main()\nexcept SystemExit:\n    pass\n", 1)
    done = subprocess.run(
        [sys.executable, "-c", look, json.dumps(["--help"])],
        capture_output=True, text=True, check=True, env=environment(tmp_path / "home"),
    )  # fmt: skip
    modules = set(json.loads(done.stdout))
    assert not modules & {"textual", "rich", "gql", "httpx", "httpx2", "pydantic"}


def test_version(plain: Run) -> None:
    ended = plain("--version")
    assert (ended.status, ended.out, ended.err) == (0, f"smtptui {__version__}\n", "")


def test_version_after_another_option(plain: Run) -> None:
    ended = plain("--quiet", "--version")
    assert (ended.status, ended.out) == (0, f"smtptui {__version__}\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_are_made_from_the_table(shell: str) -> None:
    assert Path(SCRIPT_FOLDER, shell).read_text("utf-8") == SCRIPTS[shell](), (
        "out of date: python -m smtptui.cli.framework.completion_scripts"
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_the_script(plain: Run, shell: str) -> None:
    ended = plain("completion", shell)
    assert ended.status == 0
    assert ended.out == SCRIPTS[shell]()


def test_an_unknown_shell(plain: Run) -> None:
    ended = plain("completion", "tcsh")
    assert ended.status == 2
    assert ended.out == ""
    assert "bash" in ended.err


def _offers(home: Path, words: list[str]) -> set[str]:
    """What bash offers for the last word."""
    program = f"""
smtptui() {{ {sys.executable} -m smtptui "$@"; }}
source {SCRIPT_FOLDER}/bash
COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
COMP_CWORD={len(words) - 1}
_smtptui
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, env=environment(home / "home"), check=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_bash_completes_verbs_options_and_choices(tmp_path: Path) -> None:
    assert _offers(tmp_path, ["smtptui", "d"]) == {"delete", "demo", "doctor"}
    assert set(SUMMARIES) <= _offers(tmp_path, ["smtptui", ""])
    assert "--from-email" in _offers(tmp_path, ["smtptui", "create", "acme", "--from"])
    assert _offers(tmp_path, ["smtptui", "edit", "--security", ""]) == {"tls", "starttls", "none"}
    assert _offers(tmp_path, ["smtptui", "--account", "x", "config", ""]) == {"path", "check", "show", "init"}


def test_bash_completes_account_names_and_runs_nothing_they_say(tmp_path: Path) -> None:
    config = tmp_path / "some where.toml"
    config.write_text('[accounts.acme]\n[accounts."$(touch hit)"]\n[accounts.beta]\n')
    assert _offers(tmp_path, ["smtptui", "--config", str(config), "list", ""]) == {"acme", "beta"}
    assert account_names(str(config)) == ["acme", "beta"]


def test_account_names_of_a_broken_or_missing_file_are_none(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[accounts")
    assert account_names(str(broken)) == []
    assert account_names(str(tmp_path / "none.toml")) == []


def test_account_names_from_accounts_d(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[accounts.one]\n")
    (tmp_path / "accounts.d").mkdir()
    (tmp_path / "accounts.d" / "two.toml").write_text("[accounts.two]\n")
    assert account_names(str(tmp_path / "config.toml")) == ["one", "two"]


def test_the_usual_place_is_the_one_the_configuration_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtptui.cli.framework import completion as module
    from smtptui.config import paths

    monkeypatch.delenv("SMTPTUI_CONFIG", raising=False)
    for value in (str(tmp_path), ""):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert Path(module.default_config_path()).expanduser() == paths.find_config_path(None)


def test_root_of_the_project_is_what_the_tests_run() -> None:
    assert (ROOT / "smtptui" / "__main__.py").is_file()
