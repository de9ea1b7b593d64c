"""The audit over snapshots and live listings."""
