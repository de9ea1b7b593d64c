"""Turn unexpected exceptions of a provider package into an error of its account, so that other accounts continue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from smtptui.model.errors import ProviderBrokenError, RemoteState, SmtptuiError
from smtptui.workspace.core.workspace import Workspace


@contextmanager
def guard_provider(
    ws: Workspace, account: str, operation: str, *, outcome: RemoteState = RemoteState.NOTHING_DONE
) -> Iterator[None]:
    """Raise ProviderBrokenError for any exception other than SmtptuiError, and write a crash report."""
    try:
        yield
    except SmtptuiError:
        raise
    except Exception as error:
        spec = ws.spec(account)
        package = spec.adapter.partition(":")[0]
        report = ws.crashes.report(error)
        raise ProviderBrokenError(
            f"The provider package {spec.name} ({package}) failed ({type(error).__name__}).",
            account=account,
            operation=operation,
            outcome=outcome,
            hint=f"Report it to the package's author and attach {report}."
            if report
            else "Report it to the package's author; no crash report could be written.",
        ) from error
