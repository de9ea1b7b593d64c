"""What this machine remembers between runs, in one SQLite file. Nothing in it is ever a secret."""
