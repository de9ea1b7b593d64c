"""Changes worked out but not made: plans, their safety limits, and what a journal says of a run. Pure."""
