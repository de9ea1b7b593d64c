"""Working plans out: reading both sides, finding where the passwords are, refusing what is not safe."""
