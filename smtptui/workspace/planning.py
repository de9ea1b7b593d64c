"""Plans: worked out without a write, saved, read again, and refused when they are not safe to apply."""

from __future__ import annotations

from smtptui.workspace.plans.files import read_plan, refuse_no_place, save_plan
from smtptui.workspace.plans.migrations import PlanRequest, plan_migration
from smtptui.workspace.plans.persist import leave_out
from smtptui.workspace.plans.refusing import refuse_unsafe
from smtptui.workspace.plans.rotations import plan_rotation
from smtptui.workspace.plans.undo import plan_undo

__all__ = [
    "PlanRequest",
    "leave_out",
    "plan_migration",
    "plan_rotation",
    "plan_undo",
    "read_plan",
    "refuse_no_place",
    "refuse_unsafe",
    "save_plan",
]
