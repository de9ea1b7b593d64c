"""The command line: parse, ask, render. What is done stands in the workspace."""
