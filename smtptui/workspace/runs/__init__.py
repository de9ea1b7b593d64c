"""Apply plans: execute the steps of each account over the journal of the run."""
