"""One module a verb: its flags, its help and its run."""
