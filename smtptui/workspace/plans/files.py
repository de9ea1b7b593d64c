"""Save a plan to a file, atomically, and load it with its digest checked."""

from __future__ import annotations

import json
from pathlib import Path

from smtptui.config.atomic import require_regular_file, write_atomically
from smtptui.model.display import printable
from smtptui.model.errors import PlanNewerError, UsageError
from smtptui.sync.plan import Plan

SCHEMA = 1
_MAX_BYTES = 200_000_000


def save_plan(plan: Plan, path: Path) -> None:
    """Write the envelope of a plan with mode 0600. Raises UsageError where the path cannot be written."""
    body = {"schema": SCHEMA, "plan": plan.to_json()}
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    try:
        write_atomically(path, text.encode())
    except OSError as problem:
        raise _unwritable(path, problem) from None


def refuse_unwritable_path(path: Path) -> None:
    """Raise UsageError, before anything is read, where the path holds something that a plan may not replace."""
    try:
        require_regular_file(path)
    except OSError as problem:
        raise _unwritable(path, problem) from None


def load_plan(path: Path) -> Plan:
    """Load the plan of a file. Raises UsageError where it holds none, PlanNewerError, PlanEditedError."""
    shown = printable(str(path))
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"{shown} is too large to be a plan.", operation="apply")
        body = json.loads(path.read_bytes())
    except OSError as problem:
        raise UsageError(
            f"The plan {shown} cannot be read: {_reason(problem)}.",
            operation="apply",
            hint="`smtptui plan SOURCE TARGET --out FILE` writes one.",
        ) from None
    except (ValueError, RecursionError):
        raise UsageError(
            f"{shown} is not a smtptui plan.",
            operation="apply",
            hint="`smtptui plan SOURCE TARGET --out FILE` writes one.",
        ) from None
    schema = body.get("schema") if isinstance(body, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise PlanNewerError(
            f"{shown} was written by a newer version of smtptui (schema {schema}; this one knows {SCHEMA}).",
            operation="apply",
            hint="Apply it with that version, or plan again with this one.",
        )
    return Plan.from_json(body.get("plan") if isinstance(body, dict) else None)


def _unwritable(path: Path, problem: OSError) -> UsageError:
    return UsageError(
        f"The plan cannot be written to {printable(str(path))}: {_reason(problem)}.",
        operation="plan",
        hint="Choose a file in a directory that you can write to.",
    )


def _reason(problem: OSError) -> str:
    return problem.strerror or type(problem).__name__
