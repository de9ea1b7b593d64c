"""What every screen needs: services, dialogs, help, messages, shutdown."""
