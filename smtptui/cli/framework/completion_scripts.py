"""Makes the completion scripts from the arguments and options of the verbs.

`python -m smtptui.cli.framework.completion_scripts` writes them to completions/; a test says when they are out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from smtptui.cli.framework.completion import ACCOUNT_NAMES_FLAG, SCRIPT_FOLDER
from smtptui.cli.framework.field_options import CLEARABLE
from smtptui.cli.framework.registry import SUMMARIES, load_verb
from smtptui.cli.framework.spec import COMMON_OPTIONS, SCREEN_OPTIONS, Argument, Option, Verb

PROVIDERS = ("blue", "pipefy", "sendmux", "digitanium", "file")
REFERENCES = ("env:", "file:", "cmd:", "keyring:", "prompt:")
VERBS = tuple(load_verb(name).VERB for name in SUMMARIES)

FIXED_VALUES: dict[str, tuple[str, ...]] = {
    "field": CLEARABLE,
    "provider": PROVIDERS,
}
"""Fixed values by kind."""

LOOKED_UP: dict[str, dict[str, str]] = {
    kind: {"bash": bash, "zsh": zsh, "fish": fish}
    for kind, bash, zsh, fish in (
        ("account", "_smtptui_accounts", "_smtptui_accounts", "-a '(__smtptui_accounts)'"),
        ("address", "_smtptui_accounts", "_smtptui_accounts", "-a '(__smtptui_accounts)'"),
        ("reference", "_smtptui_references", "_smtptui_references", "-a '(__smtptui_references)'"),
        ("file", "_smtptui_files", "_files", "-F"),
        ("directory", "_smtptui_directories", "_files -/", "-a '(__fish_complete_directories)'"),
    )
}
"""Values that each shell looks up while completing, and how."""


def fixed_values(item: Option | Argument) -> tuple[str, ...]:
    """Return the fixed values of an option or argument; empty when there are none."""
    return item.choices or FIXED_VALUES.get(item.completes, ())


def bash_script() -> str:
    lines = [
        "# smtptui completion for bash. To use it: source <(smtptui completion bash)",
        "_smtptui_offer() {",
        '    COMPREPLY=($(compgen -W "$1" -- "$cur"))',
        "}",
        "_smtptui_accounts() {",
        '    case "$cur" in',
        "        file:*) _smtptui_files ;;",
        f'        *) _smtptui_offer "$(smtptui completion {ACCOUNT_NAMES_FLAG} '
        '${config:+--config "$config"} 2>/dev/null)" ;;',
        "    esac",
        "}",
        "_smtptui_references() {",
        '    case "$cur" in',
        "        file:*) _smtptui_files ;;",
        "        *:*) ;;",
        f'        *) _smtptui_offer "{" ".join(REFERENCES)}"; compopt -o nospace 2>/dev/null ;;',
        "    esac",
        "}",
        "# Names of files are left to readline, which quotes them.",
        "_smtptui_files() {",
        "    compopt -o default 2>/dev/null",
        "}",
        "_smtptui_directories() {",
        "    compopt -o dirnames 2>/dev/null",
        "}",
        "_smtptui() {",
        '    local cur="" config="" verb="" flag="" word i place=0 last=0',
        "    local -a words",
        "    # What is typed as one word comes in pieces, broken at : and =.",
        "    for ((i = 1; i <= COMP_CWORD; i++)); do",
        '        word="${COMP_WORDS[i]}"',
        '        if ((i > 1)) && [[ "$word" == [:=]* || "${words[last]}" == *[:=] ]]; then',
        '            words[last]+="$word"',
        "        else",
        '            last=${#words[@]}; words[last]="$word"',
        "        fi",
        "    done",
        '    cur="${words[last]}"',
        "    for ((i = 0; i < last; i++)); do",
        '        word="${words[i]}"',
        '        if [[ -n "$flag" ]]; then',
        '            [[ "$flag" == --config ]] && config="$word"',
        '            flag=""',
        "            continue",
        "        fi",
        '        case "$word" in',
        '            --config=*) config="${word#*=}" ;;',
        f'            {_alternatives(_flags_with_value())}) flag="$word" ;;',
        "            -*) ;;",
        '            *) if [[ -z "$verb" ]]; then verb="$word"; else ((place++)); fi ;;',
        "        esac",
        "    done",
        '    config="${config//[\\"\\\'\\\\]/}"',
        "    COMPREPLY=()",
        '    if [[ -z "$flag" && "$cur" == --*=* ]]; then flag="${cur%%=*}"; cur="${cur#*=}"; fi',
        '    case "$verb:$flag" in',
        *_bash_values(),
        "        *:--*) return ;;",
        "    esac",
        '    case "$verb" in',
        f'        "") _smtptui_offer "{_words((*SCREEN_OPTIONS, *COMMON_OPTIONS), (verb.name for verb in VERBS))}" ;;',
        *(line for verb in VERBS for line in _bash_verb(verb)),
        "    esac",
        "}",
        "if type compopt >/dev/null 2>&1; then complete -F _smtptui smtptui",
        "else complete -o default -F _smtptui smtptui; fi",
    ]
    return "\n".join(lines) + "\n"


def _bash_values() -> list[str]:
    """Return one line per option with a value, so that the value is completed and not another option."""
    lines = []
    for verb in (None, *VERBS):
        options = verb.options if verb else (*COMMON_OPTIONS, *SCREEN_OPTIONS)
        for item in options:
            if reply := _bash_reply(item):
                pattern = f"{verb.name}:{item.flag}" if verb else f"*:{item.flag}"
                lines.append(f"        {pattern}) {reply}; return ;;")
    return lines


def _bash_reply(item: Option | Argument) -> str:
    if words := fixed_values(item):
        return f'_smtptui_offer "{" ".join(words)}"'
    return LOOKED_UP.get(item.completes, {}).get("bash", "")


def _bash_verb(verb: Verb) -> list[str]:
    lines = [f'        {verb.name}) case "$place:$cur" in']
    lines.append(f'            *:-*) _smtptui_offer "{_words((*verb.options, *COMMON_OPTIONS), ())}" ;;')
    for place, item in enumerate(verb.arguments):
        if reply := _bash_reply(item):
            lines.append(f"            {'*' if item.many else place}:*) {reply} ;;")
    return [*lines, "            esac ;;"]


def zsh_script() -> str:
    lines = [
        "#compdef smtptui",
        "# smtptui completion for zsh. To use it: put it as _smtptui into a directory of $fpath,",
        "# or, after compinit: source <(smtptui completion zsh)",
        "_smtptui_accounts() {",
        "    local -a names",
        "    # Quoted as it was typed, and its backslashes once more.",
        "    local file=${(Q)${(Q)${opt_args[--config]:-$config}}}",
        "    if compset -P 'file:'; then _files; return; fi",
        f'    names=(${{(f)"$(smtptui completion {ACCOUNT_NAMES_FLAG} '
        '${file:+--config} ${file:+$file} 2>/dev/null)"})',
        "    compadd -a names",
        "}",
        "_smtptui_references() {",
        "    if compset -P 'file:'; then _files; return; fi",
        f"    [[ $PREFIX == *:* ]] || compadd -S '' -- {' '.join(REFERENCES)}",
        "}",
        "_smtptui() {",
        "    local curcontext=$curcontext state line config",
        "    typeset -A opt_args",
        "    _arguments -C -A '-*' \\",
        *(f"        {_zsh_option(item)} \\" for item in (*SCREEN_OPTIONS, *COMMON_OPTIONS)),
        "        '1: :->verb' '*:: :->rest'",
        "    config=${opt_args[--config]}",
        "    case $state in",
        "        verb)",
        "            local -a verbs",
        "            verbs=(",
        *(f"                {_quote(f'{verb.name}:{SUMMARIES[verb.name]}')}" for verb in VERBS),
        "            )",
        "            _describe verb verbs ;;",
        "        rest)",
        "            case $line[1] in",
    ]
    for verb in VERBS:
        specs = [_zsh_option(item) for item in (*verb.options, *COMMON_OPTIONS)]
        specs += [
            _quote(f"{'*' if item.many else place}:{_zsh_text(item.metavar)}:{_zsh_action(item)}")
            for place, item in enumerate(verb.arguments, start=1)
        ]
        joined = " \\\n                    ".join(specs)
        lines.append(f"                {verb.name}) _arguments {joined} ;;")
    lines += ["            esac ;;", "    esac", "}"]
    lines.append('if [[ $funcstack[1] == _smtptui ]]; then _smtptui "$@"; else compdef _smtptui smtptui; fi')
    return "\n".join(lines) + "\n"


def _zsh_option(item: Option) -> str:
    repeat = "*" if item.multiple else ""
    value = f":{_zsh_text(item.metavar)}:{_zsh_action(item)}" if item.metavar else ""
    return _quote(f"{repeat}{item.flag}{'=' if value else ''}[{_zsh_text(item.help)}]{value}")


def _zsh_action(item: Option | Argument) -> str:
    if words := fixed_values(item):
        return f"({' '.join(word.replace(':', chr(92) + ':') for word in words)})"
    return LOOKED_UP.get(item.completes, {}).get("zsh", " ")


def _zsh_text(text: str) -> str:
    for character in "\\:[]":
        text = text.replace(character, "\\" + character)
    return text


def fish_script() -> str:
    lines = [
        "# smtptui completion for fish. To use it: smtptui completion fish | source",
        "function __smtptui_verb",
        "    # The verb, with options and their values passed over.",
        "    set -l words (commandline -opc)",
        "    set -e words[1]",
        "    while set -q words[1]",
        "        switch $words[1]",
        f"            case {' '.join(_flags_with_value())}",
        "                set -e words[1]",
        "            case '-*'",
        "            case '*'",
        "                echo $words[1]",
        "                return 0",
        "        end",
        "        set -e words[1]",
        "    end",
        "    return 1",
        "end",
        "function __smtptui_is",
        "    set -l verb (__smtptui_verb)",
        '    test "$verb" = "$argv[1]"',
        "end",
        "function __smtptui_files",
        "    set -l word (commandline -ct)",
        "    printf 'file:%s\\n' (__fish_complete_path (string replace -r '^(--[^=]*=)?file:' '' -- $word))",
        "end",
        "function __smtptui_accounts",
        "    if string match -q 'file:*' -- (commandline -ct)",
        "        __smtptui_files",
        "        return",
        "    end",
        "    set -l words (commandline -opc)",
        "    set -l config",
        "    if set -l at (contains -i -- --config $words)",
        "        set config --config $words[(math $at + 1)]",
        "    else if set -l joined (string match -- '--config=*' $words)",
        "        set config --config (string replace -- '--config=' '' $joined[1])",
        "    end",
        f"    smtptui completion {ACCOUNT_NAMES_FLAG} $config 2>/dev/null",
        "end",
        "function __smtptui_references",
        "    switch (commandline -ct)",
        "        case 'file:*' '--*=file:*'",
        "            __smtptui_files",
        "        case '*'",
        f"            printf '%s\\n' {' '.join(REFERENCES)}",
        "    end",
        "end",
        "complete -c smtptui -f",
    ]
    bare = "'not __smtptui_verb >/dev/null'"
    lines += [
        f"complete -c smtptui -n {bare} -a {verb.name} -d {_fish(SUMMARIES[verb.name])}" for verb in VERBS
    ]
    lines += [f"complete -c smtptui -n {bare} {_fish_option(item)}" for item in SCREEN_OPTIONS]
    lines += [f"complete -c smtptui {_fish_option(item)}" for item in COMMON_OPTIONS]
    for verb in VERBS:
        seen = f"'__smtptui_is {verb.name}'"
        lines += [f"complete -c smtptui -n {seen} {_fish_option(item)}" for item in verb.options]
        lines += [
            f"complete -c smtptui -n {seen} {action}"
            for item in verb.arguments
            if (action := _fish_action(item))
        ]
    return "\n".join(lines) + "\n"


def _fish_option(item: Option) -> str:
    text = f"-l {item.flag.removeprefix('--')} -d {_fish(item.help)}"
    if not item.metavar:
        return text
    return f"{text} -r -F" if item.completes == "file" else f"{text} -x {_fish_action(item)}".rstrip()


def _fish_action(item: Option | Argument) -> str:
    if words := fixed_values(item):
        return f"-a {_fish(' '.join(words))}"
    return LOOKED_UP.get(item.completes, {}).get("fish", "")


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _words(options: Sequence[Option], more: Iterable[str]) -> str:
    return " ".join([*more, *(item.flag for item in options)])


def _flags_with_value() -> list[str]:
    """Return every option that takes a value, common or of any verb."""
    options = (*COMMON_OPTIONS, *SCREEN_OPTIONS, *(item for verb in VERBS for item in verb.options))
    return list(dict.fromkeys(item.flag for item in options if item.metavar))


def _alternatives(flags: Sequence[str]) -> str:
    return "|".join(flags)


SCRIPTS: dict[str, Callable[[], str]] = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}

if __name__ == "__main__":
    for shell, script in SCRIPTS.items():
        Path(SCRIPT_FOLDER, shell).write_text(script(), "utf-8")
