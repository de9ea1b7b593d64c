"""Items that failed, as the `errors` of an envelope, and items that were never tried."""

from __future__ import annotations

from smtptui.cli.framework.output import Output
from smtptui.model.errors import SmtptuiError
from smtptui.workspace.core.items import ItemFailed


def item_error(event: ItemFailed) -> SmtptuiError:
    """The error of an item, naming the item. One error may stand for several items, so it is copied."""
    known = event.error
    copy = type(known)(known.message)
    copy.__dict__.update(known.__dict__)
    copy.account, copy.id = event.account, event.id
    return copy


def warn_untried(output: Output, count: int) -> None:
    """After an interruption: how many items were left as they were."""
    if count > 0:
        output.warn(f"Stopped: {count} {'was' if count == 1 else 'were'} not tried.")
