"""From words to a call: click commands made from the table of verbs, usage errors turned into ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from smtptui import __version__
from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import CommonOptions, Invocation, ScreenOpener
from smtptui.cli.framework.output import Output
from smtptui.cli.framework.registry import (
    BY_NAME,
    COMMON_OPTIONS,
    SCREEN_OPTIONS,
    VERBS,
    Argument,
    Option,
    Verb,
)
from smtptui.cli.handling import handle
from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.nearest import suggest

TOP_AND_COMMON = (*SCREEN_OPTIONS, *COMMON_OPTIONS)
PATHS = frozenset({"file", "directory"})
"""What is completed as one of these is a path."""
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


def parse_and_call(words: Sequence[str], streams: Output, open_screen: ScreenOpener) -> int:
    """Parse, then run the verb's handler and return its status. Raises UsageError and what the handler raises."""
    program = Program(streams, open_screen)
    try:
        status = program.main(list(words), prog_name="smtptui", standalone_mode=False)
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as problem:
        raise _usage_error(problem) from None
    return status if isinstance(status, int) else ExitStatus.DONE


class Documented(click.Command):
    """Its help is a result: it goes where results go, and what becomes of it is told like theirs."""

    def __init__(self, streams: Output, *more: Any, **named: Any) -> None:
        super().__init__(*more, **named)
        self._streams = streams

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = self._show_help
        return option

    def _show_help(self, ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            self._streams.write(ctx.get_help() + "\n")
            ctx.exit()


class Program(Documented, click.Group):
    """All verbs. An unknown one is answered with the nearest; none at all opens the terminal screen."""

    def __init__(self, streams: Output, open_screen: ScreenOpener) -> None:
        super().__init__(
            streams,
            "smtptui",
            params=_options(TOP_AND_COMMON),
            help="Look after the SMTP credentials that several SaaS platforms store. "
            "Without a verb, open the terminal screen.",
            invoke_without_command=True,
            context_settings=SETTINGS,
            subcommand_metavar="[VERB [ARGS]...]",
        )
        self._open_screen = open_screen
        self.callback = self._without_verb

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [verb.name for verb in VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        verb = BY_NAME.get(cmd_name)
        return self._command(verb) if verb else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in BY_NAME:
            raise UsageError(
                f"There is no command {printable(args[0])!r}.",
                hint=f"{suggest(args[0], BY_NAME)} `smtptui --help` lists the commands.",
            )
        return super().resolve_command(ctx, args)

    def _command(self, verb: Verb) -> click.Command:
        def call(**values: Any) -> int:
            top = click.get_current_context().parent
            return self._call(verb, values, top.params if top else {})

        return Documented(
            self._streams,
            verb.name,
            params=[*map(_argument, verb.arguments), *_options((*verb.options, *COMMON_OPTIONS))],
            help=verb.help,
            callback=call,
            context_settings=SETTINGS,
        )

    def _call(self, verb: Verb, values: Mapping[str, Any], top: Mapping[str, Any]) -> int:
        _refuse_empty(TOP_AND_COMMON, top)
        _refuse_empty((*verb.arguments, *verb.options, *COMMON_OPTIONS), values)
        common = CommonOptions.merge(top, values)
        common.configure(self._streams)
        own = {
            name: value
            for name, value in values.items()
            if name not in {item.name for item in COMMON_OPTIONS}
        }
        return handle(verb, Invocation(own, common, self._streams, self._open_screen))

    def _without_verb(self, **values: Any) -> int | None:
        context = click.get_current_context()
        if values.get("version"):
            self._streams.write(f"smtptui {__version__}\n")
            context.exit(0)
        if context.invoked_subcommand is not None:
            return None
        _refuse_empty(TOP_AND_COMMON, values)
        common = CommonOptions.merge(values, {})
        common.configure(self._streams)
        from smtptui.cli.commands.tui import run

        return run(Invocation(values, common, self._streams, self._open_screen))


def _refuse_empty(table: Sequence[Argument | Option], values: Mapping[str, Any]) -> None:
    """Raises UsageError for a path that is given and empty: it names nothing, and no other place is meant."""
    for item in table:
        if item.completes in PATHS and values.get(item.name) == "":
            named = item.flag if isinstance(item, Option) else item.metavar.strip("[]")
            raise UsageError(f"{named} is empty.", hint="Name a path; an unset variable may have been meant.")


def _options(table: Sequence[Option]) -> list[click.Parameter]:
    return [_option(item) for item in table]


def _option(item: Option) -> click.Option:
    if not item.metavar:
        return click.Option([item.flag, item.name], is_flag=True, default=False, help=item.help)
    told = (
        f"{item.help} [{'|'.join(item.choices)}]" if item.choices and "|" not in item.metavar else item.help
    )
    # To click a default of None is a value, and nothing is missing then.
    default: dict[str, Any] = {} if item.default is None else {"default": item.default}
    return click.Option(
        [item.flag, item.name],
        metavar=item.metavar,
        multiple=item.multiple,
        required=item.required,
        help=told,
        **default,
    )


def _argument(item: Argument) -> click.Argument:
    return click.Argument(
        [item.name],
        metavar=item.metavar,
        nargs=-1 if item.many else 1,
        required=item.required,
        type=click.Choice(item.choices) if item.choices else str,
    )


def _usage_error(problem: click.ClickException) -> UsageError:
    context = problem.ctx if isinstance(problem, click.UsageError) else None
    command = context.command_path if context else "smtptui"
    message = printable(" ".join(problem.format_message().split()), None)
    near = getattr(problem, "possibilities", None)
    if near and "Did you mean" not in message and "Possible" not in message:
        message += f" Did you mean {sorted(near)[0]}?"
    return UsageError(message, hint=f"`{command} --help` shows how it is written.")
