"""What a verb, an argument and an option are, as data, and the options that several verbs share."""

from __future__ import annotations

from typing import NamedTuple


class Option(NamedTuple):
    """`metavar` empty: a flag. `completes`: what a shell offers as the value (see completion.py)."""

    name: str
    flag: str
    help: str
    metavar: str = ""
    multiple: bool = False
    choices: tuple[str, ...] = ()
    completes: str = ""
    default: str | None = None
    required: bool = False


class Argument(NamedTuple):
    """`many`: takes all the words that are left."""

    name: str
    metavar: str
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()
    completes: str = ""


class Verb(NamedTuple):
    """`handler` is `module:function`, imported when the verb is called."""

    name: str
    help: str
    handler: str
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()


COMMON_OPTIONS: tuple[Option, ...] = (
    Option("config", "--config", "Configuration file (SMTPTUI_CONFIG).", "FILE", completes="file"),
    Option(
        "state_dir",
        "--state-dir",
        "Where the local state is (SMTPTUI_STATE_DIR).",
        "DIR",
        completes="directory",
    ),
    Option(
        "account", "--account", "Only this account; repeatable.", "NAME", multiple=True, completes="account"
    ),
    Option("read_only", "--read-only", "Refuse every write before it is sent."),
    Option("quiet", "--quiet", "Say nothing but results, warnings and errors."),
    Option("verbose", "--verbose", "Log every request to stderr, without secrets."),
    Option("no_color", "--no-color", "Use no colour (NO_COLOR)."),
)

SCREEN_OPTIONS: tuple[Option, ...] = (
    Option("mouse", "--mouse", "Let the terminal screen use the mouse."),
    Option("stats", "--stats", "Tell at the end how many bytes the screen sent."),
    Option("version", "--version", "Show the version and leave."),
)

JSON = Option("json", "--json", "One JSON document on stdout.")
YES = Option("yes", "--yes", "Do not ask.")
PASSWORD_FROM = Option(
    "password_from",
    "--password-from",
    "Where the password is: env:NAME, file:PATH, cmd:COMMAND, keyring:SERVICE/USER or prompt:.",
    "REF",
    completes="reference",
)
