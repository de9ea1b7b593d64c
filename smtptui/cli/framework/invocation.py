"""One invocation of the program: the verb's values, the common options, and where to write."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from smtptui.cli.framework.output import Output

if TYPE_CHECKING:
    from smtptui.config.diagnostics import UiProblem
    from smtptui.config.model import UiConfig
    from smtptui.workspace.core.options import Options


class ScreenOpener(Protocol):
    """Opens the terminal screen and returns its exit status."""

    def __call__(self, options: Options, *, mouse: bool, stats: bool, demo: bool) -> int: ...

    def find_problems(self, ui: UiConfig) -> list[UiProblem]:
        """Return what is wrong with `[ui]`."""


class CommonOptions(NamedTuple):
    """The options that every verb takes, before or after it."""

    config: str | None = None
    state_dir: str | None = None
    accounts: tuple[str, ...] = ()
    read_only: bool = False
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False

    @classmethod
    def merge(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> CommonOptions:
        """Merge the options before and after the verb: accounts add up, otherwise the later value wins."""

        def value(name: str) -> str | None:
            given = after.get(name)
            return before.get(name) if given is None else given

        def flag(name: str) -> bool:
            return bool(before.get(name) or after.get(name))

        return cls(
            config=value("config"),
            state_dir=value("state_dir"),
            accounts=(*(before.get("account") or ()), *(after.get("account") or ())),
            read_only=flag("read_only"),
            quiet=flag("quiet"),
            verbose=flag("verbose"),
            no_color=flag("no_color"),
        )

    def configure(self, output: Output) -> None:
        """Apply the options that hold for the whole process."""
        output.quiet = self.quiet
        output.state_dir = self.state_dir
        if self.no_color:
            os.environ["NO_COLOR"] = "1"

    def workspace_options(self) -> Options:
        from smtptui.workspace.core.options import Options

        return Options(
            config=self.config, state_dir=self.state_dir, accounts=self.accounts, read_only=self.read_only
        )


class Invocation(NamedTuple):
    """The argument of a verb's `run`. `values` holds the verb's own arguments and options by name."""

    values: Mapping[str, Any]
    common: CommonOptions
    output: Output
    open_screen: ScreenOpener

    @property
    def is_json(self) -> bool:
        return bool(self.values.get("json"))

    def text(self, name: str) -> str | None:
        """Return the value of an option, None when it was not given."""
        value = self.values.get(name)
        return None if value is None else str(value)

    def flag(self, name: str) -> bool:
        return bool(self.values.get(name))

    def words(self, name: str) -> tuple[str, ...]:
        """Return the values of a repeatable option or argument."""
        return tuple(self.values.get(name) or ())
