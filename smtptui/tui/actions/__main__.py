"""Writes the document of all keys to stdout."""

from __future__ import annotations

import sys

from smtptui.tui.actions.document import format_document

if __name__ == "__main__":
    sys.stdout.write(format_document())
