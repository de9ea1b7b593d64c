"""The screens of the accounts."""
