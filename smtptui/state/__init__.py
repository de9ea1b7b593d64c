"""The local state in one SQLite file: snapshots, verdicts, runs, journal, locks; never a secret."""
