"""One package a dialect. `base.py` is the contract, `registry.py` finds them by entry point."""
