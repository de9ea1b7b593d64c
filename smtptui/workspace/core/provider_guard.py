"""What the package behind a provider may not raise becomes an error of its account: the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from smtptui.model.errors import ProviderBrokenError, RemoteState, SmtptuiError
from smtptui.workspace.core.workspace import Workspace


@contextmanager
def guard_provider(
    ws: Workspace, account: str, operation: str, *, outcome: RemoteState = RemoteState.NOTHING_DONE
) -> Iterator[None]:
    """Raises ProviderBrokenError for every exception that is no SmtptuiError, and leaves a crash report of it."""
    try:
        yield
    except SmtptuiError:
        raise
    except Exception as error:
        spec = ws.spec(account)
        package = spec.adapter.partition(":")[0]
        report = ws.crashes.report(error)
        raise ProviderBrokenError(
            f"The package behind the provider {spec.name} ({package}) failed ({type(error).__name__}).",
            account=account,
            operation=operation,
            outcome=outcome,
            hint=f"Report it to the author of the package with the file {report}."
            if report
            else "Report it to the author of the package; no crash report could be written.",
        ) from error
