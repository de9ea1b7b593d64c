"""The completion scripts, made from the table of verbs.

`python -m smtptui.cli.completion_scripts` writes them to completions/; a test says when they are out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from smtptui.cli.completion import ACCOUNTS_QUESTION, FOLDER
from smtptui.cli.verbs import COMMON, TOP, VERBS, Argument, Option, Verb
from smtptui.model.fields import PLAIN_WRITABLE

PROVIDERS = ("blue", "pipefy", "sendmux", "digitanium", "file")
REFERENCES = ("env:", "file:", "cmd:", "keyring:", "prompt:")
CLEARABLE = ("password", *(field.name for field in PLAIN_WRITABLE))

WORDS: dict[str, tuple[str, ...]] = {
    "field": CLEARABLE,
    "provider": PROVIDERS,
    "reference": REFERENCES,
}
"""What completes a kind of value; `account`, `address`, `file` and `directory` are asked for when needed."""


def offered(item: Option | Argument) -> tuple[str, ...]:
    """The fixed words for a value; empty when there are none."""
    return item.choices or WORDS.get(item.completes, ())


def bash_script() -> str:
    lines = [
        "# smtptui completion for bash. To use it: source <(smtptui completion bash)",
        "_smtptui_accounts() {",
        f'    smtptui completion {ACCOUNTS_QUESTION} ${{config:+--config "$config"}} 2>/dev/null',
        "}",
        "_smtptui() {",
        '    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" verb="" config="" i',
        "    COMPREPLY=()",
        "    for ((i = 1; i < COMP_CWORD; i++)); do",
        '        case "${COMP_WORDS[i]}" in',
        '            --config) config="${COMP_WORDS[i+1]}"; ((i++)) ;;',
        f"            {_alternatives(_taking_values((*COMMON, *TOP), but='--config'))}) ((i++)) ;;",
        "            -*) ;;",
        '            *) verb="${COMP_WORDS[i]}"; break ;;',
        "        esac",
        "    done",
        '    [[ -n "$verb" ]] && for ((; i < COMP_CWORD; i++)); do',
        '        [[ "${COMP_WORDS[i]}" == --config ]] && config="${COMP_WORDS[i+1]}"',
        "    done",
        '    case "$verb:$prev" in',
        *_bash_values(),
        "    esac",
        '    case "$verb" in',
        f'        "") COMPREPLY=($(compgen -W "{_words((*TOP, *COMMON), (verb.name for verb in VERBS))}" -- "$cur")) ;;',
        *(line for verb in VERBS for line in _bash_verb(verb)),
        "    esac",
        "}",
        "complete -F _smtptui smtptui",
    ]
    return "\n".join(lines) + "\n"


def _bash_values() -> list[str]:
    """One line an option that takes a value, so that its value is completed and not another option."""
    lines = []
    for verb in (None, *VERBS):
        options = verb.options if verb else (*COMMON, *TOP)
        for item in options:
            if not item.metavar:
                continue
            pattern = f"{verb.name}:{item.flag}" if verb else f"*:{item.flag}"
            lines.append(f"        {pattern}) {_bash_reply(item)} return ;;")
    return lines


def _bash_reply(item: Option | Argument) -> str:
    if words := offered(item):
        return f'COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$cur"));'
    if item.completes in ("account", "address"):
        return 'COMPREPLY=($(compgen -W "$(_smtptui_accounts)" -- "$cur"));'
    if item.completes == "file":
        return 'COMPREPLY=($(compgen -f -- "$cur"));'
    if item.completes == "directory":
        return 'COMPREPLY=($(compgen -d -- "$cur"));'
    return ""


def _bash_verb(verb: Verb) -> list[str]:
    reply = " ".join(dict.fromkeys(_bash_reply(item) for item in verb.arguments)) or ":;"
    options = _words((*verb.options, *COMMON), ())
    return [
        f'        {verb.name}) if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W "{options}" -- "$cur"));',
        f"            else {reply} fi ;;",
    ]


def zsh_script() -> str:
    lines = [
        "#compdef smtptui",
        "# smtptui completion for zsh. To use it: put it as _smtptui into a directory of $fpath",
        "_smtptui_accounts() {",
        "    local -a names",
        f'    names=(${{(f)"$(smtptui completion {ACCOUNTS_QUESTION} '
        '${opt_args[--config]:+--config ${opt_args[--config]}} 2>/dev/null)"})',
        "    compadd -a names",
        "}",
        "_smtptui() {",
        "    local curcontext=$curcontext state line",
        "    typeset -A opt_args",
        "    _arguments -C \\",
        *(f"        {_zsh_option(item)} \\" for item in (*TOP, *COMMON)),
        "        '1: :->verb' '*:: :->rest'",
        "    case $state in",
        "        verb)",
        "            local -a verbs",
        "            verbs=(",
        *(f"                {_quoted(f'{verb.name}:{verb.help}')}" for verb in VERBS),
        "            )",
        "            _describe verb verbs ;;",
        "        rest)",
        "            case $line[1] in",
    ]
    for verb in VERBS:
        specs = [_zsh_option(item) for item in (*verb.options, *COMMON)]
        specs += [
            _quoted(f"{'*' if item.many else place}:{_zsh_text(item.metavar)}:{_zsh_action(item)}")
            for place, item in enumerate(verb.arguments, start=1)
        ]
        joined = " \\\n                    ".join(specs)
        lines.append(f"                {verb.name}) _arguments {joined} ;;")
    lines += ["            esac ;;", "    esac", "}", '_smtptui "$@"']
    return "\n".join(lines) + "\n"


def _zsh_option(item: Option) -> str:
    repeat = "*" if item.multiple else ""
    value = f":{_zsh_text(item.metavar)}:{_zsh_action(item)}" if item.metavar else ""
    return _quoted(f"{repeat}{item.flag}[{_zsh_text(item.help)}]{value}")


def _zsh_action(item: Option | Argument) -> str:
    if words := offered(item):
        return f"({' '.join(word.replace(':', chr(92) + ':') for word in words)})"
    return {
        "account": "_smtptui_accounts",
        "address": "_smtptui_accounts",
        "file": "_files",
        "directory": "_files -/",
    }.get(item.completes, " ")


def _zsh_text(text: str) -> str:
    for character in "\\:[]":
        text = text.replace(character, "\\" + character)
    return text


def fish_script() -> str:
    lines = [
        "# smtptui completion for fish. To use it: smtptui completion fish | source",
        "function __smtptui_accounts",
        "    set -l words (commandline -opc)",
        "    set -l config",
        "    if set -l at (contains -i -- --config $words)",
        "        set config --config $words[(math $at + 1)]",
        "    end",
        f"    smtptui completion {ACCOUNTS_QUESTION} $config 2>/dev/null",
        "end",
        "complete -c smtptui -f",
    ]
    bare = "__fish_use_subcommand"
    lines += [f"complete -c smtptui -n {bare} -a {verb.name} -d {_fish(verb.help)}" for verb in VERBS]
    lines += [f"complete -c smtptui -n {bare} {_fish_option(item)}" for item in TOP]
    lines += [f"complete -c smtptui {_fish_option(item)}" for item in COMMON]
    for verb in VERBS:
        seen = f"'__fish_seen_subcommand_from {verb.name}'"
        lines += [f"complete -c smtptui -n {seen} {_fish_option(item)}" for item in verb.options]
        lines += [
            f"complete -c smtptui -n {seen} {action}"
            for item in verb.arguments
            if (action := _fish_action(item))
        ]
    return "\n".join(lines) + "\n"


def _fish_option(item: Option) -> str:
    text = f"-l {item.flag.removeprefix('--')} -d {_fish(item.help)}"
    return f"{text} -r {_fish_action(item)}".rstrip() if item.metavar else text


def _fish_action(item: Option | Argument) -> str:
    if words := offered(item):
        return f"-a {_fish(' '.join(words))}"
    if item.completes in ("account", "address"):
        return "-a '(__smtptui_accounts)'"
    return "-F" if item.completes in ("file", "directory") else ""


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _words(options: Sequence[Option], more: Iterable[str]) -> str:
    return " ".join([*more, *(item.flag for item in options)])


def _taking_values(options: Sequence[Option], *, but: str) -> list[str]:
    return [item.flag for item in options if item.metavar and item.flag != but]


def _alternatives(flags: Sequence[str]) -> str:
    return "|".join(flags)


SCRIPTS: dict[str, Callable[[], str]] = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}

if __name__ == "__main__":
    for shell, script in SCRIPTS.items():
        Path(FOLDER, shell).write_text(script(), "utf-8")
