"""A question in a box: what a modal screen adds to every screen."""

from __future__ import annotations

from textual.screen import ModalScreen

from smtptui.tui.actions import bindings_of
from smtptui.tui.screens.base import ActionScreen


class Dialog(ActionScreen, ModalScreen[object]):
    """Covers a part of the screen; the rest stays to be seen."""

    PLACE = "dialog"
    BINDINGS = bindings_of("dialog")
