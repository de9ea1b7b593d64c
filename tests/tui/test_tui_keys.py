"""The registry of actions: what its keys may be, what the configuration may make of them, and what is made from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from smtptui.tui.actions import SCOPES, KeyAction, Keymap, actions_of, all_actions, scope_of
from smtptui.tui.actions.__main__ import format_document
from smtptui.tui.actions.keymap import TEXT_SCOPES, KeyProblem, read_keymap
from smtptui.tui.actions.keys import KEY_NAMES, key_name, parse_key, types_a_character
from smtptui.tui.credentials.credentials_screen import CredentialsScreen
from smtptui.tui.shell.settings import DEFAULT_THEME, THEMES
from smtptui.tui.widgets.text_page import TextPage
from tests.tui.fakes import two_accounts
from tests.tui.grid import grid, running, shows, until

ROOT = Path(__file__).parents[2]

TAKEN = {
    "tmux": {"ctrl+b"},
    "screen": {"ctrl+a"},
    "zellij": {f"ctrl+{letter}" for letter in "gptnhsoq"},
    "the shell's job control": {"ctrl+c", "ctrl+z", "ctrl+s", "ctrl+q", "ctrl+backslash", "ctrl+y"},
    "a terminal, which cannot tell them apart": {"ctrl+i", "ctrl+m", "ctrl+j", "ctrl+h", "ctrl+enter"},
}

SAME_MEANING = (("everywhere.leave", "ctrl+c"), ("everywhere.suspend_process", "ctrl+z"))
"""What interrupts any program leaves this one, after asking where something would be lost; so with the other."""


def by_name(action: KeyAction) -> str:
    return f"{action.scope}.{action.id}"


# The registry


def test_the_registry_is_known_without_textual() -> None:
    code = (
        "import sys; from smtptui.tui.shell import settings; from smtptui.tui.actions.__main__ import format_document; "
        "format_document(); sys.exit(any(name.startswith(('textual', 'rich', 'httpx')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("action", all_actions(), ids=by_name)
def test_no_default_takes_a_key_of_what_it_may_run_in(action: KeyAction) -> None:
    for key in action.keys:
        if (by_name(action), key) in SAME_MEANING:
            continue
        for taker, keys in TAKEN.items():
            assert key not in keys, f"{key} belongs to {taker}"
        assert not key.startswith(("alt+", "shift+", "super+", "ctrl+shift+"))


@pytest.mark.parametrize("action", all_actions(), ids=by_name)
def test_every_action_has_words_and_keys_a_person_can_write(action: KeyAction) -> None:
    assert action.keys and action.label and action.help.endswith(".")
    for key in action.keys:
        assert parse_key(key_name(key)) == key


@pytest.mark.parametrize("place", SCOPES)
def test_no_two_actions_of_a_place_share_a_key(place: str) -> None:
    always = () if place == "everywhere" else actions_of("everywhere")
    keys = [key for action in (*actions_of(place), *always) for key in action.keys]
    assert sorted(keys) == sorted(set(keys))
    assert len({action.id for action in actions_of(place)}) == len(actions_of(place))


MOVES = {"down": "j", "up": "k", "home": "g", "end": "G"}


@pytest.mark.parametrize("place", sorted(set(SCOPES) - TEXT_SCOPES - {"dialog", "targets", "account_form"}))
def test_where_an_arrow_moves_the_vim_key_moves_too(place: str) -> None:
    for action in actions_of(place):
        for arrow, letter in MOVES.items():
            assert (arrow in action.keys) is (letter in action.keys)


@pytest.mark.parametrize("place", sorted(TEXT_SCOPES))
def test_where_letters_are_typed_no_letter_does_anything(place: str) -> None:
    for action in actions_of(place):
        assert not any(types_a_character(key) for key in action.keys)


def test_the_document_is_what_the_registry_says() -> None:
    """`python -m smtptui.tui.actions > smtptui/tui/KEYS.md` mends it."""
    assert (ROOT / "smtptui" / "tui" / "KEYS.md").read_text(encoding="utf-8") == format_document()


def test_the_module_writes_the_document() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smtptui.tui.actions"], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stdout.decode() == format_document()


def test_every_action_is_in_the_document_with_its_keys_and_its_name() -> None:
    rows = [line for line in format_document().splitlines() if line.startswith("| `")]
    assert len(rows) == len(all_actions())
    for action, row in zip(all_actions(), rows, strict=True):
        assert row.endswith(f"| `{action.scope}.{action.id}` |")
        assert all(f"`{key_name(key)}`" in row for key in action.keys)


# Keys of the configuration


def problems_of(**configured: str) -> list[KeyProblem]:
    return read_keymap(configured)[1]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("quti", "'quit'"),
        ("list.veriffy", "'list.verify'"),
        ("lsit.verify", "'list.verify'"),
        ("edti", "'edit'"),
    ],
)
def test_an_unknown_action_is_told_with_the_nearest_name(name: str, near: str) -> None:
    ((at, problem, hint),) = problems_of(**{name: "x"})
    assert (at, problem) == (name, "is not a known action")
    assert near in hint


@pytest.mark.parametrize(
    ("name", "id"), [("verify all", "verify_many"), ("list.new", "create"), ("Raise limit", "limit")]
)
def test_what_the_help_calls_an_action_is_told_its_name(name: str, id: str) -> None:
    ((_, problem, hint),) = problems_of(**{name: "f9"})
    assert problem == "is not a known action"
    assert hint.startswith(f"Its name is {id!r};")


def test_every_reason_makes_a_sentence() -> None:
    nouns = {"new", "all", "details", "password", "as stored", "hidden too", "skip/include"}
    assert not [action.label for action in all_actions() if action.label in nouns and not action.verb]


def test_an_action_that_is_like_none_is_told_where_they_stand() -> None:
    ((_, problem, hint),) = problems_of(xxxxxxxxxxx="x")
    assert problem == "is not a known action" and "help screen" in hint


@pytest.mark.parametrize(
    ("keys", "hint"),
    [
        ("pgdwn", "'pgdown'"),
        ("ctrl+j", "A terminal cannot distinguish it from Enter."),
        ("ctrl+i", "A terminal cannot distinguish it from Tab."),
        ("crtl+x", "'ctrl'"),
        ("shift+1", "Write the character that Shift produces."),
        ("ctrl+shift+x", "A terminal cannot distinguish it from Ctrl+X."),
        ("  ", "Write one, or several with blanks between."),
        ("é", "Name a letter"),
        ("\x1b", "Name a letter"),
    ],
)
def test_an_unknown_key_is_told_and_never_repeated(keys: str, hint: str) -> None:
    ((name, problem, actual_hint),) = problems_of(quit=keys)
    assert (name, problem) == ("quit", "names no key")
    assert hint in actual_hint


def test_a_clash_is_told_once_with_what_has_the_key() -> None:
    ((name, problem, _),) = problems_of(**{"list.verify": "d"})
    assert (name, problem) == ("list.verify", "takes the key d of list.delete")


def test_a_clash_with_a_key_that_is_heard_everywhere_is_one() -> None:
    ((_, problem, _),) = problems_of(**{"list.verify": "?"})
    assert problem == "takes the key ? of everywhere.help"


def test_two_keys_that_change_places_do_not_clash() -> None:
    keymap, problems = read_keymap({"list.verify": "d", "list.delete": "v"})
    assert not problems
    assert (keymap.key_of("list", "verify"), keymap.key_of("list", "delete")) == ("d", "v")


def test_a_letter_where_letters_are_typed_is_reported() -> None:
    ((_, problem, _),) = problems_of(**{"form.save": "s"})
    assert problem == "cannot be s: letters are typed there"


def test_a_name_without_a_place_means_every_place_and_the_one_with_it_wins() -> None:
    keymap, problems = read_keymap({"edit": "ctrl+e", "list.edit": "E ctrl+x", "list.edit_many": "e"})
    assert not problems
    assert keymap.find("detail", "edit").keys == ("ctrl+e",)
    assert keymap.find("list", "edit").keys == ("E", "ctrl+x")


@given(
    st.dictionaries(
        st.sampled_from([action.id for action in all_actions()]), st.text(max_size=12), max_size=5
    )
)
def test_whatever_is_written_never_raises(configured: dict[str, str]) -> None:
    keymap, problems = read_keymap(configured)
    assert isinstance(keymap, Keymap)
    assert all(found.name in configured for found in problems)


@given(st.sampled_from(sorted(KEY_NAMES)))
def test_every_named_key_can_be_written_as_it_is_shown(key: str) -> None:
    assert parse_key(key_name(key)) == key


# At config check and at the start


MISTAKES = """\
[ui]
theme = "textual-lite"
[ui.keys]
quti = "x"
edit = "pgdwn"
list.verify = "d"
"""
SAID = (
    ":2: ui.theme: is not a known theme. Did you mean 'textual-light'?",
    ":4: ui.keys.quti: is not a known action. Did you mean 'quit'?",
    ":5: ui.keys.edit: names no key. Did you mean 'pgdown'?",
    ":6: ui.keys.list.verify: takes the key d of list.delete.",
)


def test_config_check_tells_every_mistake_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(MISTAKES)
    done = subprocess.run(
        [sys.executable, "-m", "smtptui", "--config", str(config), "config", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert all(text in done.stderr for text in SAID), done.stderr


def test_the_start_tells_every_mistake_and_draws_nothing(tmp_path: Path) -> None:
    from tests.tui.metering import Meter

    config = tmp_path / "config.toml"
    config.write_text(MISTAKES)
    state = tmp_path / "state"
    terminal = Meter([sys.executable, "-m", "smtptui", "--config", str(config), "--state-dir", str(state)])
    try:
        assert terminal.wait() == 2
        written = terminal.bytes.decode().replace("\r\n", "\n")
        assert all(text in written for text in SAID), written
        assert "\x1b[?1049h" not in written
    finally:
        terminal.close()


# On the screen


def keys(**configured: str) -> Keymap:
    keymap, problems = read_keymap({name.replace("__", "."): key for name, key in configured.items()})
    assert not problems
    return keymap


async def test_a_changed_key_is_heard_shown_and_told_and_the_old_one_is_not() -> None:
    changed = keys(list__filter="ctrl+f", everywhere__help="f12")
    async with running(two_accounts(), keymap=changed) as (app, pilot):
        await shows(pilot, "Name one", "m tells why", "F12 help", "Ctrl+F filter")
        await pilot.press("slash", "question_mark")
        await pilot.pause()
        assert "Filter:" not in grid(app) and "smtptui help" not in grid(app)
        await pilot.press("ctrl+f")
        await shows(pilot, "Filter:")
        await pilot.press("escape", "f12")
        await shows(pilot, "smtptui help", "Ctrl+F")


async def test_reasons_name_the_keys_in_force() -> None:
    changed = keys(list__messages="ctrl+f", list__create="N", list__mark="X")
    async with running(two_accounts(), keymap=changed) as (_, pilot):
        await shows(pilot, "Name one", "Ctrl+F tells why")
        await pilot.press("t")
        await shows(pilot, "begin at; X marks one.")


# Help


async def test_help_tells_why_a_key_does_nothing_here_and_now() -> None:
    ws = two_accounts(read_only=True)
    async with running(ws) as (app, pilot):
        await shows(pilot, "Name one", "m tells why", "(e edit)")
        await pilot.press("question_mark")
        await shows(pilot, "smtptui help", "List of credentials", "down: Next row.")
        text = app.screen.query_one(TextPage).text.plain
        assert "edit: Edit this credential.\n              not now: acme is read-only" in text
        assert (
            "mark to here" in text and "not now: no row was marked yet to begin at; Space marks one" in text
        )
        for place in SCOPES:
            assert scope_of(place).title in text
        await pilot.press("G", "ctrl+d", "q")
        await shows(pilot, "(e edit)")


async def test_read_only_is_in_the_title_and_greys_verifying_all_where_nothing_could_be() -> None:
    ws = two_accounts(read_only=True, providers={"other": "digitanium"})
    async with running(ws, size=(120, 24)) as (_, pilot):
        await shows(pilot, "smtptui · read-only · 4 credentials", "(v verify)", "(V verify all)")
        await pilot.press("V")
        await shows(pilot, "Cannot verify all: verifying")
        await pilot.press("G", "space")
        await shows(pilot, "1 marked")
        await pilot.press("V")
        await shows(
            pilot, "Cannot verify all: verifying sends a mail from Digitanium, and the account is read-only"
        )
        assert not ws.calls("verify")


async def test_read_only_leaves_verifying_all_where_something_can_be() -> None:
    ws = two_accounts(read_only=True, providers={"other": "file"})
    async with running(ws, size=(120, 24)) as (_, pilot):
        await shows(pilot, "4 credentials", " V verify all")


# The palette


async def open_palette(pilot: Pilot[Any], *typed: str) -> str:
    await pilot.press("colon")
    await shows(pilot, "What to do")
    await pilot.press(*typed)
    return grid(pilot.app)  # type: ignore[arg-type]


async def test_the_palette_offers_what_the_registry_knows_and_nothing_else() -> None:
    async with running(two_accounts(), size=(120, 60)) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await open_palette(pilot)
        await shows(pilot, "verify all  V", "mark to here  t  not now: no row was marked yet")
        for word in ("screenshot", "Screenshot", "maximi", "Maximi", "theme", "Theme"):
            assert word not in grid(app)
        for word in ("screenshot", "maximise"):
            await pilot.press(*word)
            await shows(pilot, "No matches found")
            await pilot.press(*["backspace"] * len(word))


async def test_what_cannot_be_done_shows_its_reason_and_choosing_it_says_the_same() -> None:
    async with running(two_accounts(read_only=True), size=(120, 40)) as (_, pilot):
        await shows(pilot, "Name one", "m tells why")
        await open_palette(pilot, *"delete")
        await shows(pilot, "delete  d  not now: acme is read-only")
        await pilot.press("enter")
        await shows(pilot, "Cannot delete: acme is read-only.")


async def test_what_is_found_is_done_by_enter() -> None:
    async with running(two_accounts(), size=(100, 30)) as (_, pilot):
        await shows(pilot, "Name one", "m tells why")
        await open_palette(pilot, *"sort by host")
        await shows(pilot, "sort by host  3")
        await pilot.press("enter")
        await shows(pilot, "by host, ascending")


async def test_what_belongs_to_another_screen_is_told_with_where() -> None:
    async with running(two_accounts(), size=(120, 40)) as (_, pilot):
        await shows(pilot, "Name one", "m tells why")
        await open_palette(pilot, *"raise limit")
        await shows(pilot, "on another screen: Plan")


async def test_over_a_question_the_palette_offers_its_answers_and_no_other_place() -> None:
    ws = two_accounts()
    async with running(ws, size=(120, 40)) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await pilot.press("d")
        await shows(pilot, "Delete 1 credential?")
        await open_palette(pilot)
        await shows(pilot, "yes  y", "no  n", "help  ?")
        assert "sort by" not in grid(app)
        await pilot.press(*"do nothing")
        await shows(pilot, "no  n")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CredentialsScreen))
        assert not ws.calls("delete")


# Themes


def test_every_theme_is_one_of_textuals() -> None:
    from textual.theme import BUILTIN_THEMES

    assert set(THEMES) == set(BUILTIN_THEMES)
    assert DEFAULT_THEME in THEMES


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "textual-dark", "textual-light"])
async def test_the_list_reads_the_same_in_every_theme(theme: str) -> None:
    plain = ""
    async with running(two_accounts()) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await until(pilot, lambda: all(work.is_finished for work in app.workers), "at rest")
        await pilot.pause()
        plain = grid(app)
    async with running(two_accounts(), theme=theme) as (app, pilot):
        await shows(pilot, "Name one", "m tells why")
        await until(pilot, lambda: grid(app) == plain, "the same")
        assert app.theme == theme


async def test_without_colours_a_theme_that_paints_greys_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(two_accounts(), theme="textual-light") as (app, pilot):
        await shows(pilot, "Name one")
        assert app.theme == DEFAULT_THEME
    async with running(two_accounts(), theme="ansi-light") as (app, pilot):
        await shows(pilot, "Name one")
        assert app.theme == "ansi-light"
