"""Completion in the real shells: what stands on the line after TAB. A shell that is not installed is passed over."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smtptui.cli.framework.completion import SCRIPT_FOLDER
from tests.tui.terminal import Terminal, environment

RAN = "ran"
ODD = f"two words $(touch {RAN}).toml"

LINES = [
    ("list ac", "list acme-blue"),
    ("list file:pl", "list file:plain.toml"),
    ("apply pl", "apply plain.toml"),
    ("export pl", "export plain.toml"),
    ("export plain.toml ac", "export plain.toml acme-blue"),
    ("--config other.toml list o", "--config other.toml list other-one"),
    ("list --config other.toml o", "list --config other.toml other-one"),
    ("--config=other.toml list o", "--config=other.toml list other-one"),
    ("--config other.toml doc", "--config other.toml doctor"),
    ("edit x --security=st", "edit x --security=starttls"),
    ("edit x --password-from e", "edit x --password-from env:"),
    ("edit x --password-from file:pl", "edit x --password-from file:plain.toml"),
    ("config sh", "config show"),
]


def needs(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"there is no {shell} here")
    return found


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory to complete names of files in, with the program and a configuration."""
    place = tmp_path / "place"
    (place / "bin").mkdir(parents=True)
    program = place / "bin" / "smtptui"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m smtptui "$@"\n')
    program.chmod(0o755)
    (place / "config.toml").write_text(f'[accounts.acme-blue]\n[accounts."ac$(touch {RAN})"]\n')
    (place / "other.toml").write_text("[accounts.other-one]\n")
    for name in ("plain.toml", ODD):
        (place / name).touch()
    return place


def surroundings(place: Path) -> dict[str, str]:
    import os

    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    config = str(place / "config.toml")
    return environment(HOME=str(place), ZDOTDIR=str(place), SMTPTUI_CONFIG=config, PATH=path, PS1="$ ")


def shell_in(place: Path, shell: str) -> Terminal:
    """The shell, ready for a line."""
    program = needs(shell)
    script = shlex.quote(str(Path(SCRIPT_FOLDER, shell)))
    begin = f"cd {shlex.quote(str(place))}; PS1='ready: '\n"
    if shell == "bash":
        (place / "rc").write_text(f"{begin}source {script}\n")
        command = [program, "--noprofile", "--rcfile", str(place / "rc"), "-i"]
    else:
        (place / ".zshrc").write_text(f"{begin}autoload -Uz compinit && compinit -u -D\nsource {script}\n")
        command = [program, "-d", "-i"]
    terminal = Terminal(command, surroundings(place), columns=120, rows=24)
    terminal.shows("ready:")
    terminal.settle()
    return terminal


def _shows(line: str) -> Callable[[str], bool]:
    return lambda text: line in text


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_tab_makes_of_a_line(place: Path, shell: str) -> None:
    terminal = shell_in(place, shell)
    try:
        for typed, wanted in LINES:
            terminal.press(f"smtptui {typed}\t")
            terminal.until(_shows(f"smtptui {wanted}"), wanted)
            terminal.press("\x15", "\x0c")
            terminal.until(lambda text: text.strip() == "ready:", "an empty line")
    finally:
        terminal.close()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_file_with_an_odd_name_is_quoted_and_runs_nothing(place: Path, shell: str) -> None:
    terminal = shell_in(place, shell)
    try:
        terminal.press("smtptui apply tw\t")
        terminal.shows(r"smtptui apply two\ words\ \$\(touch\ ran\).toml")
        terminal.press("\x15echo it was $? \r")
        terminal.shows("it was 0")
    finally:
        terminal.close()
    assert not (place / RAN).exists()


def in_fish(place: Path, line: str) -> list[str]:
    """What fish offers for the last word of a line."""
    program = f"source {shlex.quote(str(Path(SCRIPT_FOLDER, 'fish')))}; complete -C {shlex.quote(f'smtptui {line}')}"
    done = subprocess.run(
        [needs("fish"), "--no-config", "-c", program],
        capture_output=True, text=True, check=True, cwd=place, env=surroundings(place),
    )  # fmt: skip
    assert done.stderr == ""
    return [offered.split("\t")[0] for offered in done.stdout.splitlines()]


@pytest.mark.parametrize(("typed", "wanted"), LINES)
def test_what_fish_offers(place: Path, typed: str, wanted: str) -> None:
    word = wanted.split(" ")[-1]
    assert in_fish(place, typed) == [word]


def test_fish_offers_the_options_of_the_verb_alone_and_odd_names_do_no_harm(place: Path) -> None:
    assert "--reveal" not in in_fish(place, "config show --")
    assert "acme-blue" not in in_fish(place, "config show ")
    assert in_fish(place, "edit x --host ") == []
    assert ODD in [name.replace("\\", "") for name in in_fish(place, "apply ")]
    assert not (place / RAN).exists()
