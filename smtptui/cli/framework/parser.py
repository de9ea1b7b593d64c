"""Parses a command line with click commands built from the verbs' data; click's usage errors become ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from smtptui import __version__
from smtptui.cli.framework.exit_status import ExitStatus
from smtptui.cli.framework.invocation import CommonOptions, Invocation, ScreenOpener
from smtptui.cli.framework.output import Output
from smtptui.cli.framework.registry import SUMMARIES, load_verb
from smtptui.cli.framework.spec import COMMON_OPTIONS, SCREEN_OPTIONS, Argument, Option
from smtptui.model.display import printable
from smtptui.model.errors import UsageError
from smtptui.model.nearest import suggest

TOP_OPTIONS = (*SCREEN_OPTIONS, *COMMON_OPTIONS)
COMMON_NAMES = frozenset(item.name for item in COMMON_OPTIONS)
PATH_KINDS = frozenset({"file", "directory"})
"""Values that a shell completes as one of these are paths."""
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


def parse_and_run(words: Sequence[str], output: Output, open_screen: ScreenOpener) -> int:
    """Parse, run the verb and return its exit status. Raise UsageError and what the verb raises."""
    program = Program(output, open_screen)
    try:
        status = program.main(list(words), prog_name="smtptui", standalone_mode=False)
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as problem:
        raise _usage_error(problem) from None
    return status if isinstance(status, int) else ExitStatus.DONE


class HelpCommand(click.Command):
    """A command whose help is a result: written to our output, so that a failed write is reported."""

    def __init__(self, output: Output, *more: Any, **named: Any) -> None:
        super().__init__(*more, **named)
        self._output = output

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = self._show_help
        return option

    def _show_help(self, ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            self._output.write(ctx.get_help() + "\n")
            ctx.exit()


class Program(HelpCommand, click.Group):
    """The group of all verbs. Without a verb it opens the terminal screen."""

    def __init__(self, output: Output, open_screen: ScreenOpener) -> None:
        super().__init__(
            output,
            "smtptui",
            params=list(map(_make_option, TOP_OPTIONS)),
            help="Manage the SMTP credentials that several SaaS platforms store. "
            "Without a verb, open the terminal screen.",
            invoke_without_command=True,
            context_settings=SETTINGS,
            subcommand_metavar="[VERB [ARGS]...]",
        )
        self._open_screen = open_screen
        self.callback = self._run_without_verb

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUMMARIES)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs from the registry, so that no verb's module is imported."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in SUMMARIES:
            raise UsageError(
                f"There is no command {printable(args[0])!r}.",
                hint=f"{suggest(args[0], SUMMARIES)} `smtptui --help` lists the commands.",
            )
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUMMARIES:
            return None
        module = load_verb(cmd_name)
        verb = module.VERB

        def run(**values: Any) -> int:
            parent = click.get_current_context().parent
            top = parent.params if parent else {}
            _refuse_empty_paths(TOP_OPTIONS, top)
            _refuse_empty_paths((*verb.arguments, *verb.options, *COMMON_OPTIONS), values)
            return self._run(module.run, values, CommonOptions.merge(top, values))

        return HelpCommand(
            self._output,
            verb.name,
            params=[
                *map(_make_argument, verb.arguments),
                *map(_make_option, (*verb.options, *COMMON_OPTIONS)),
            ],
            help=SUMMARIES[verb.name],
            callback=run,
            context_settings=SETTINGS,
        )

    def _run_without_verb(self, **values: Any) -> int | None:
        context = click.get_current_context()
        if values.get("version"):
            self._output.write(f"smtptui {__version__}\n")
            context.exit(0)
        if context.invoked_subcommand is not None:
            return None
        _refuse_empty_paths(TOP_OPTIONS, values)
        from smtptui.cli.commands.tui import run

        return self._run(run, values, CommonOptions.merge(values, {}))

    def _run(self, run: Callable[[Invocation], int], values: Mapping[str, Any], common: CommonOptions) -> int:
        common.configure(self._output)
        own = {name: value for name, value in values.items() if name not in COMMON_NAMES}
        return run(Invocation(own, common, self._output, self._open_screen))


def _refuse_empty_paths(table: Sequence[Argument | Option], values: Mapping[str, Any]) -> None:
    """Raise UsageError for an empty path: it names nothing, and must not be taken for the default."""
    for item in table:
        if item.completes in PATH_KINDS and values.get(item.name) == "":
            name = item.flag if isinstance(item, Option) else item.metavar.strip("[]")
            raise UsageError(
                f"{name} is empty.", hint="Give a path; the command line may have used an unset variable."
            )


def _make_option(item: Option) -> click.Option:
    if not item.metavar:
        return click.Option([item.flag, item.name], is_flag=True, default=False, help=item.help)
    choices = f" [{'|'.join(item.choices)}]" if item.choices and "|" not in item.metavar else ""
    # To click a default of None is a value, and a required option would never be missing.
    default: dict[str, Any] = {} if item.default is None else {"default": item.default}
    return click.Option(
        [item.flag, item.name],
        metavar=item.metavar,
        multiple=item.multiple,
        required=item.required,
        help=item.help + choices,
        **default,
    )


def _make_argument(item: Argument) -> click.Argument:
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
    return UsageError(message, hint=f"`{command} --help` shows the usage.")
