"""One line of a form: its label, its editor, and the error beneath."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from smtptui.model.display import printable
from smtptui.tui.credentials.form.form_values import FormLine
from smtptui.tui.widgets.choice_field import ChoiceField
from smtptui.tui.widgets.inputs import PlainInput


class FormRow(Vertical):
    """`editor` is an input, a choice, or a text that says why no value is taken."""

    def __init__(self, line: FormLine, editor: Widget, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.line = line
        self.editor = editor
        self._error = Static("", classes="error", markup=False)
        self.problem = ""

    def compose(self) -> ComposeResult:
        label = f"{self.line.label}{' *' if self.line.is_required else ''}"
        with Horizontal():
            yield Static(Text(label, no_wrap=True, overflow="ellipsis"), classes="label")
            yield self.editor
        yield self._error

    @property
    def text(self) -> str:
        """What is typed or chosen."""
        if isinstance(self.editor, (Input, ChoiceField)):
            return self.editor.value
        return ""

    def set_text(self, text: str) -> None:
        """Show another value."""
        if isinstance(self.editor, Input):
            if self.editor.value != text:
                self.editor.value = text
        elif isinstance(self.editor, ChoiceField):
            self.editor.choose(text)

    def show_problem(self, problem: str) -> None:
        """Show what is wrong, or nothing."""
        if problem != self.problem:
            self.problem = problem
            self._error.update(Text(f"✗ {printable(problem, 300)}" if problem else ""))
            self.set_class(bool(problem), "-wrong")


def make_editor(line: FormLine, text: str) -> Widget:
    """The widget that a line's value is typed or chosen in."""
    if line.fixed_reason:
        shown = f"{printable(text, 60)} – {line.fixed_reason}" if text else line.fixed_reason
        return Static(Text(shown, no_wrap=True, overflow="ellipsis"), classes="why")
    if line.choices:
        options = [("", "not set"), *((choice, _choice_label(choice)) for choice in line.choices)]
        return ChoiceField(options, text, classes="editor")
    return PlainInput(text, classes="editor")


def _choice_label(choice: str) -> str:
    return {"true": "yes", "false": "no"}.get(choice, choice)
