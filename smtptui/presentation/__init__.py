"""What both faces say, as pure functions from typed objects to text."""
