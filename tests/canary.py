"""The string every secret in the tests carries, so that a leak is found wherever it lands."""

CANARY = "pw-canary-7f3e"


def secret_text(label: str = "") -> str:
    """A password for a test; holds the canary and something to tell it from others."""
    return f"{CANARY}-{label}" if label else CANARY
