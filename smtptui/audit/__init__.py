"""What is wrong with stored credentials: rules as data over facts, pure and without a clock of its own."""
