"""The help screen: all keys from the registry, with the reason where one is disabled now."""

from __future__ import annotations

from textwrap import wrap

from rich.text import Text

from smtptui.tui.actions import SCOPES, ActionContext, key_name, scope_of
from smtptui.tui.shell.page import PageScreen

INDENT = 14

LEGEND = (
    ("> * ~", "first columns: cursor; mark; cached, not read again yet"),
    ("✓ ✗ – ?", "verified; failed; never verified; unknown. The age is that of the newer opinion"),
    ("probe ✓", "the newer opinion is our probe's, not the provider's"),
    ("tls*", "security with a star: inferred from the port, because the provider stores none"),
    ("({list.delete} delete)", "a key in parentheses is disabled now; pressing it says why"),
)


class HelpScreen(PageScreen):
    """Shows the scope that it was opened from first."""

    HEADING = "smtptui help"

    def __init__(self, scope: str, context: ActionContext) -> None:
        super().__init__()
        self._scope, self._action_context = scope, context

    def text(self) -> Text:
        text = Text()
        keymap = self.services.keymap
        order = [self._scope, "everywhere"]
        order += [scope for scope in SCOPES if scope not in order]
        for scope in order:
            if scope not in SCOPES:
                continue
            text.append(f"{scope_of(scope).title}\n", style="bold")
            for action in keymap.actions_of(scope):
                keys = " ".join(key_name(key) for key in action.keys)
                self._entry(text, keys, keymap.fill_keys(f"{action.label}: {action.help}"))
                reason = (
                    keymap.fill_keys(action.disabled_reason(self._action_context))
                    if scope == self._scope
                    else ""
                )
                if reason:
                    self._entry(text, "", f"not now: {reason}")
            text.append("\n")
        text.append("Signs\n", style="bold")
        for sign, meaning in LEGEND:
            self._entry(text, keymap.fill_keys(sign), meaning)
        return text

    def _entry(self, text: Text, key: str, meaning: str) -> None:
        room = max(20, self.app.size.width - INDENT - 4)
        first, *more = wrap(meaning, room) or [""]
        text.append(f"  {key:<{INDENT - 3}} ", style="bold")
        text.append(first + "\n")
        for line in more:
            text.append(f"{'':{INDENT}}{line}\n")
