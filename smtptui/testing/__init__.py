"""For authors of providers: the contract suite, and what an adapter needs to run outside the program."""
