"""Plan migrations, prunes, rotations and undos; save, load and agree to plans."""
