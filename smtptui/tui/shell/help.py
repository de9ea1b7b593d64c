"""The keys, made from the registry, with the reason where one does nothing here and now."""

from __future__ import annotations

from textwrap import wrap

from rich.text import Text

from smtptui.tui.actions import SCOPES, ActionContext, key_name, scope_of
from smtptui.tui.shell.page import PageScreen

INDENT = 14

LEGEND = (
    ("> * ~", "in the first columns: cursor; mark; known from an earlier reading, not read again yet"),
    ("✓ ✗ – ?", "verified; failed; never tried; not known. The age is that of the newer opinion"),
    ("probe ✓", "the newer opinion is our probe's, not the provider's"),
    ("tls*", "security with a star: concluded from the port, because the provider stores none"),
    ("(d delete)", "a key in parentheses is not possible now; pressing it tells why"),
)


class HelpScreen(PageScreen):
    """Shows the place it was opened from first."""

    HEADING = "smtptui help"

    def __init__(self, place: str, situation: ActionContext) -> None:
        super().__init__()
        self._from, self._then = place, situation

    def text(self) -> Text:
        text = Text()
        order = [self._from, "everywhere"]
        order += [place for place in SCOPES if place not in order]
        for place in order:
            if place not in SCOPES:
                continue
            text.append(f"{scope_of(place).title}\n", style="bold")
            keymap = self.services.keymap
            for action in keymap.actions_of(place):
                keys = " ".join(key_name(key) for key in action.keys)
                self._entry(text, keys, f"{action.label}: {action.help}")
                reason = keymap.fill_keys(action.disabled_reason(self._then)) if place == self._from else ""
                if reason:
                    self._entry(text, "", f"not now: {reason}")
            text.append("\n")
        text.append("Signs\n", style="bold")
        for sign, meaning in LEGEND:
            self._entry(text, sign, meaning)
        return text

    def _entry(self, text: Text, key: str, meaning: str) -> None:
        room = max(20, self.app.size.width - INDENT - 4)
        first, *more = wrap(meaning, room) or [""]
        text.append(f"  {key:<{INDENT - 3}} ", style="bold")
        text.append(first + "\n")
        for line in more:
            text.append(f"{'':{INDENT}}{line}\n")
