"""What every verb needs: parsing, output, prompts, signals, exit statuses."""
