"""Plans: worked out without a write, saved, read again, and refused when they are not safe to apply."""

from __future__ import annotations

from smtptui.workspace.plans.files import load_plan, refuse_unwritable_path, save_plan
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.plans.persist import exclude_steps
from smtptui.workspace.plans.refusing import refuse_unsafe
from smtptui.workspace.plans.rotations import plan_rotation
from smtptui.workspace.plans.undo import plan_undo

__all__ = [
    "PlanRequest",
    "exclude_steps",
    "load_plan",
    "plan_migration",
    "plan_rotation",
    "plan_undo",
    "refuse_unsafe",
    "refuse_unwritable_path",
    "save_plan",
]
