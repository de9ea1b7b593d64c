"""The forms that create and edit credentials."""
