"""What `[ui]` of the configuration may hold. Known without Textual, so that a configuration is checked anywhere."""

from __future__ import annotations

from smtptui.config.diagnostics import UiProblem
from smtptui.config.model import UiConfig
from smtptui.model.nearest import suggest
from smtptui.tui.actions.keymap import read_keymap

DEFAULT_THEME = "ansi-dark"
"""The terminal's own colours."""

THEMES = (
    "ansi-dark",
    "ansi-light",
    "atom-one-dark",
    "atom-one-light",
    "catppuccin-frappe",
    "catppuccin-latte",
    "catppuccin-macchiato",
    "catppuccin-mocha",
    "dracula",
    "flexoki",
    "gruvbox",
    "monokai",
    "nord",
    "rose-pine",
    "rose-pine-dawn",
    "rose-pine-moon",
    "solarized-dark",
    "solarized-light",
    "textual-dark",
    "textual-light",
    "tokyo-night",
)
"""Textual's themes."""


def find_ui_problems(ui: UiConfig) -> list[UiProblem]:
    """Everything in `[ui]` that the screen cannot follow."""
    problems = []
    if ui.theme is not None and ui.theme not in THEMES:
        problems.append(UiProblem(("theme",), "is not a known theme", suggest(ui.theme, THEMES)))
    wrong = read_keymap(ui.keys)[1]
    return problems + [UiProblem(("keys", found.name), found.problem, found.hint) for found in wrong]
