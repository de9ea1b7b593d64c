"""A plan for a person, made from nothing but its JSON: every step in words, then counts, limits and the digest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from smtptui.cli.render.folded import fold
from smtptui.model.display import printable

SIGILS: Mapping[str, str] = {
    "create": "+",
    "adopt": "=",
    "update": "~",
    "delete": "-",
    "no-op": "=",
    "blocked": "!",
}
"""Every action of a step has one; the word stands beside it."""

TRIED = ("create", "adopt", "update", "delete")
"""The actions that an apply does something for."""

EXPLAINED: Mapping[str, str] = {
    "adopt": "adopt: there already, as wanted; it is verified, and nothing is written.",
    "no-op": "no-op: there already, as wanted, and known; nothing is done.",
}
"""Said once, below the steps."""

_ACTION = max(map(len, SIGILS))
_INDENT = " " * (_ACTION + 3)
_EMPTY = "(empty)"

Body = Mapping[str, Any]


def plan_lines(plan: Body, width: int) -> Iterator[str]:
    """`plan` is the object of the `plan` envelope. Lines of at most `width` cells, harmless to show."""
    yield from _head(plan, width)
    yield ""
    for step in plan["steps"]:
        yield from _step(plan, step, width)
    yield ""
    yield from fold(counts_text(plan), width)
    for action, text in EXPLAINED.items():
        if any(step["action"] == action for step in plan["steps"]):
            yield from fold(text, width, indent="  ")
    yield from _losses_in_sum(plan, width)
    yield printable(f"digest {plan['digest']}", None)


def counts_text(plan: Body) -> str:
    """How many steps, and of which action: the parts add up to the whole."""
    counts = {action: sum(step["action"] == action for step in plan["steps"]) for action in SIGILS}
    total = len(plan["steps"])
    parts = ", ".join(f"{count} {action}" for action, count in counts.items() if count)
    return f"{total} step{'' if total == 1 else 's'}: {parts}." if parts else "0 steps."


def irreversible(plan: Body) -> list[str]:
    """What cannot be taken back, each sentence once."""
    return list(dict.fromkeys(text for step in plan["steps"] for text in step["irreversible"]))


def lost_fields(plan: Body) -> list[str]:
    """The fields that must be accepted by name, in the order in which they come up."""
    return list(dict.fromkeys(loss["field"] for step in plan["steps"] for loss in step["losses"]))


def value_text(value: object) -> str:
    """A value as one reads it: texts with blanks in quotes, everything else as JSON."""
    if value is None:
        return _EMPTY
    if isinstance(value, str) and value and not any(sign in value for sign in ' ",'):
        return printable(value, None)
    return printable(json.dumps(value, ensure_ascii=False), None)


def second(stamp: str) -> str:
    """A time without its parts of a second."""
    return f"{stamp.partition('.')[0].removesuffix('Z')}Z"


def _what(plan: Body) -> str:
    kind, source, target = plan["kind"], plan["source"], plan["target"]
    if kind == "undo":
        return f"undo of run {plan['undoes']}"
    if kind == "prune":
        return f"prune {source}: what was migrated to {target}"
    if kind == "rotate":
        return " ".join(["rotate", *map(str, plan["options"].get("selectors") or ())])
    sides = " -> ".join(str(side) for side in (source, target) if side is not None)
    return f"{kind} {sides}".rstrip()


def _head(plan: Body, width: int) -> Iterator[str]:
    yield from fold(_what(plan), width)
    yield from fold(f"plan {plan['id']}, made {second(plan['created'])}", width)
    if not plan["complete"]:
        yield from fold("Not everything it was made from could be read whole.", width)
    if not plan["applicable"] and any(step["action"] in TRIED for step in plan["steps"]):
        yield from fold("It cannot be applied as it is.", width)
    for reason in plan["reasons"]:
        yield from fold(f"- {reason}", width, indent="  ")


def _step(plan: Body, step: Body, width: int) -> Iterator[str]:
    action = step["action"]
    mark = "  IRREVERSIBLE" if step["irreversible"] else ""
    head = f"{SIGILS[action]} {action:<{_ACTION}} {step['label'] or step['target'] or step['source']}{mark}"
    yield from fold(head, width, indent=_INDENT)
    for text in _about(plan, step):
        yield from fold(text, width, first=_INDENT, indent=_INDENT + "  ")


def _about(plan: Body, step: Body) -> Iterator[str]:
    action, changes = step["action"], step["changes"]
    yield _places(step)
    if action == "create" and changes:
        yield ", ".join(f"{name} {value_text(item['to'])}" for name, item in changes.items())
    elif action != "delete":
        for name, item in changes.items():
            yield f"{name}: {value_text(item['from'])} -> {value_text(item['to'])}"
    if step["expect"]["checkable"] is False:
        yield "What is there now cannot be read, so it cannot be checked."
    if step["secret"] is not None:
        yield f"password: {_secret(step)}"
    elif action == "update":
        yield "password: stays as it is stored"
    for loss in step["losses"]:
        flag = f"--accept-loss {loss['field']}"
        yield f"lost: {loss['field']} {value_text(loss['value'])}; {loss['fallback']} ({flag})"
    for sentence in step["irreversible"]:
        yield f"cannot be undone: {sentence}"
    if step["blocked"] is not None:
        yield f"{step['blocked']['code']}: {step['blocked']['message']}"
        if step["blocked"]["hint"]:
            yield step["blocked"]["hint"]
    if step["note"]:
        yield f"note: {step['note']}"


def _places(step: Body) -> str:
    source, target, action = step["source"], step["target"], step["action"]
    if action == "delete" and source is not None:
        return f"{target}; {source} stands for it"
    if source is None:
        return str(target)
    return f"{source} -> {target}" if target is not None else str(source)


def _secret(step: Body) -> str:
    secret = step["secret"]
    reference = printable(secret["reference"], None)
    from_where = "its source" if reference == step["source"] else reference
    return {
        "source": f"read back from {from_where} when it is needed",
        "config": f'{reference}, by [passwords] "{printable(secret.get("key") or "", None)}"',
        "record": f"{reference}, as the record says",
        "given": reference,
    }[secret["origin"]]


def _losses_in_sum(plan: Body, width: int) -> Iterator[str]:
    fields = lost_fields(plan)
    if fields:
        flags = " ".join(f"--accept-loss {name}" for name in fields)
        yield from fold(f"What is lost is accepted by {flags}", width, indent="  ")
