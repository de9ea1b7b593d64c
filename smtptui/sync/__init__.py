"""Plans of changes, their safety rules, and the meaning of a run's journal. Pure: no I/O, no clock."""
