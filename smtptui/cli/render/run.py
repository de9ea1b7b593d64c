"""A run for a person, made from nothing but its JSON: what became of every step, the sums, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smtptui.cli.render.columns import TableColumn, format_table
from smtptui.cli.render.folded import fold
from smtptui.cli.render.plan import second
from smtptui.model.display import printable

STEP_COLUMNS = (
    TableColumn("OUTCOME", is_whole=True),
    TableColumn("CREDENTIAL", min_width=10),
    TableColumn("WHERE", is_whole=True),
    TableColumn("VERIFIED", is_whole=True),
)
RUN_COLUMNS = (
    TableColumn("RUN", is_whole=True),
    TableColumn("STARTED", is_whole=True),
    TableColumn("WHAT", min_width=12, is_wrapped=True),
    TableColumn("STATE", is_whole=True),
    TableColumn("STEPS", min_width=12, is_wrapped=True),
)

NEXT: Mapping[str, str] = {
    "interrupted": "To finish it: smtptui apply --resume {run}",
    "incomplete": "To try again what is left: smtptui apply --resume {run}",
    "running": "It is running, or was killed; to finish it: smtptui apply --resume {run}",
}
"""The command that goes on with a run, by its state."""

WROTE = frozenset({"created", "updated", "deleted"})
DONE = WROTE | {"adopted", "unchanged"}
NEW_PASSWORD = frozenset({"updated"})
UNKNOWN = "unknown"

Body = Mapping[str, Any]


def run_lines(run: Body, width: int) -> Iterator[str]:
    """`run` is the object of the `run` envelope. Harmless to show; ids stay whole, so that they can be copied."""
    yield from fold(f"{what(run)}: {run['state']}", width)
    yield from fold(f"run {run['id']}, {_when(run)}", width)
    yield ""
    if run["steps"]:
        yield from format_table(STEP_COLUMNS, [_row(step) for step in run["steps"]], width)
        yield ""
    yield from fold(counts_text(run["counts"]), width)
    yield from fold(_verified_text(run["steps"]), width)
    yield from _not_done(run["steps"], width)
    if run["kind"] == "rotate":
        yield from _passwords(run["steps"], width)
    yield from _what_next(run, width)


def history_lines(runs: Sequence[Body], width: int) -> Iterator[str]:
    """A table of runs."""
    rows = [
        (run["id"], _minute(run["started"]), what(run), run["state"], _parts(run["counts"])) for run in runs
    ]
    yield from format_table(RUN_COLUMNS, rows, width)


def counts_text(counts: Mapping[str, int]) -> str:
    """How many steps, and what became of them: the parts add up to the whole."""
    total = sum(counts.values())
    return f"{total} step{'' if total == 1 else 's'}: {_parts(counts) or 'nothing to do'}."


def what(run: Body) -> str:
    """What a run was for: its kind, from where to where."""
    sides = " -> ".join(str(side) for side in (run["source"], run["target"]) if side is not None)
    return f"{run['kind']} {sides}".rstrip()


def _when(run: Body) -> str:
    ended = f", ended {second(run['finished'])}" if run["finished"] else ""
    return f"began {second(run['started'])}{ended}"


def _parts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _row(step: Body) -> tuple[str, str, str, str]:
    return step["outcome"], _name(step), step["target"] or step["source"] or "", step["verification"] or ""


def _name(step: Body) -> str:
    return str(step["label"] or step["source"] or step["target"])


def _verified_text(steps: Sequence[Body]) -> str:
    held = [_verdict(step) for step in steps if step["verification"]]
    counts = {verdict: held.count(verdict) for verdict in dict.fromkeys(held)}
    return f"Verification: {_parts(counts)}." if held else ""


def _verdict(step: Body) -> str:
    return (
        f"{step['verification']} by the {step['verified_by']}"
        if step["verified_by"]
        else step["verification"]
    )


def _not_done(steps: Sequence[Body], width: int) -> Iterator[str]:
    """Every step that was not done or did not verify, with the reason and the way on."""
    told = [step for step in steps if _reason(step)]
    if told:
        yield ""
    for step in told:
        outcome = step["outcome"]
        if outcome in DONE:
            outcome = (
                f"{outcome}, not verified" if step["verification"] not in (None, "verified") else outcome
            )
        where = step["target"] or step["source"] or ""
        yield from fold(f"{outcome}: {_name(step)} ({where}): {_reason(step)}", width, indent="  ")


def _reason(step: Body) -> str:
    error = step.get("error") or {}
    if step["outcome"] in DONE and step["verification"] in (None, "verified") and not error:
        return ""
    parts = [str(error.get("message") or ""), str(step["detail"] or ""), str(error.get("hint") or "")]
    return " ".join(dict.fromkeys(part for part in parts if part))


def _passwords(steps: Sequence[Body], width: int) -> Iterator[str]:
    """Which records hold the new password and which the old: each record of the rotation stands in one list.

    One that was blocked because it takes no password, or none of ours, is in neither.
    """
    tried = [
        step
        for step in steps
        if step["action"] == "update"
        or (step.get("error") or {}).get("code") in ("read_only", "not_selected")
    ]
    groups = (
        ("the new password", [step for step in tried if step["outcome"] in NEW_PASSWORD]),
        ("the old password", [step for step in tried if step["outcome"] not in NEW_PASSWORD | {UNKNOWN}]),
        ("either one: it is not known which", [step for step in tried if step["outcome"] == UNKNOWN]),
    )
    yield ""
    for name, held in groups:
        if not held and name.startswith("either"):
            continue
        yield f"{len(held)} hold {name}{':' if held else ''}" if len(held) != 1 else f"1 holds {name}:"
        for step in held:
            yield from fold(f"{step['target']}  {step['label']}", width, first="  ", indent="    ")


def _what_next(run: Body, width: int) -> Iterator[str]:
    counts, id = run["counts"], printable(run["id"], None)
    lines = []
    if run["backup"]:
        lines.append(f"What was there before, without passwords: {run['backup']}")
    if run["state"] in NEXT:
        lines.append(NEXT[run["state"]].format(run=id))
    if counts.get("stale"):
        lines.append("Stale steps need a new plan: what is there is not what this one expected.")
    if run["undone_by"]:
        lines.append(f"It was taken back by run {run['undone_by']}.")
    elif any(counts.get(outcome) for outcome in WROTE):
        lines.append(f"To take it back: smtptui undo {id}")
    if lines:
        yield ""
    for line in lines:
        yield from fold(line, width, indent="  ")
