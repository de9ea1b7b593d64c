"""The flags and arguments of a verb as data, and those that several verbs share."""

from __future__ import annotations

from typing import NamedTuple


class Option(NamedTuple):
    """An option of the command line.

    An empty `metavar` makes a flag. `completes` names what a shell offers as the value (see completion_scripts.py).
    """

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
    """A positional argument. `many` takes all remaining words."""

    name: str
    metavar: str
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()
    completes: str = ""


class Verb(NamedTuple):
    """The arguments and options of a verb. Its one line of help stands in the registry."""

    name: str
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()


COMMON_OPTIONS: tuple[Option, ...] = (
    Option("config", "--config", "Configuration file (SMTPTUI_CONFIG).", "FILE", completes="file"),
    Option(
        "state_dir",
        "--state-dir",
        "Directory of the local state (SMTPTUI_STATE_DIR).",
        "DIR",
        completes="directory",
    ),
    Option(
        "account", "--account", "Only this account; repeatable.", "NAME", multiple=True, completes="account"
    ),
    Option("read_only", "--read-only", "Refuse every write before it is sent."),
    Option("quiet", "--quiet", "Print only results, warnings and errors."),
    Option("verbose", "--verbose", "Log every request to stderr, without secrets."),
    Option("no_color", "--no-color", "Use no colour (NO_COLOR)."),
)

SCREEN_OPTIONS: tuple[Option, ...] = (
    Option("mouse", "--mouse", "Let the terminal screen use the mouse."),
    Option("stats", "--stats", "Report at exit how many bytes the screen sent."),
    Option("version", "--version", "Show the version and exit."),
)

SELECTORS = Argument("selectors", "[SELECTOR...]", required=False, many=True, completes="account")
ADDRESS = Argument("address", "ACCOUNT/ID", completes="address")

JSON = Option("json", "--json", "One JSON document on stdout.")
YES = Option("yes", "--yes", "Do not ask.")
PASSWORD_FROM = Option(
    "password_from",
    "--password-from",
    "Where the password is: env:NAME, file:PATH, cmd:COMMAND, keyring:SERVICE/USER or prompt:.",
    "REF",
    completes="reference",
)
OVERWRITE_UNKNOWN = Option(
    "overwrite_unknown", "--overwrite-unknown", "Agree to overwrite a record that cannot be read back."
)
CACHED = Option("cached", "--cached", "Use the last snapshots; ask no provider.")
SEED = Option(
    "seed", "--seed", "default, empty, or a number of credentials per account.", "SEED", default="default"
)
