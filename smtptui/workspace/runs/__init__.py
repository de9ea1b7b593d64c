"""Carrying plans out: the steps of each account over the journal of the run."""
