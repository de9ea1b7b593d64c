"""For authors of providers: the contract suite, and accounts for adapters under test."""
