"""Plans: worked out without a write, saved, read again, and refused when they are not safe to apply."""

from __future__ import annotations

from smtptui.workspace.plan_files import read_plan, save_plan
from smtptui.workspace.planning_migrations import PlanRequest, plan_migration
from smtptui.workspace.planning_rotations import plan_rotation
from smtptui.workspace.planning_undo import plan_undo
from smtptui.workspace.plans_refused import refuse_unsafe
from smtptui.workspace.remembering_plans import leave_out

__all__ = [
    "PlanRequest",
    "leave_out",
    "plan_migration",
    "plan_rotation",
    "plan_undo",
    "read_plan",
    "refuse_unsafe",
    "save_plan",
]
