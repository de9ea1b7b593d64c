"""What runs in the background, on screen."""
