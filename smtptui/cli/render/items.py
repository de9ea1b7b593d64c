"""Items that failed, as the `errors` of an envelope."""

from __future__ import annotations

from smtptui.model.errors import SmtptuiError
from smtptui.workspace.events import ItemFailed


def item_error(event: ItemFailed) -> SmtptuiError:
    """The error of an item, naming the item. One error may stand for several items, so it is copied."""
    known = event.error
    copy = type(known)(known.message)
    copy.__dict__.update(known.__dict__)
    copy.account, copy.id = event.account, event.id
    return copy
