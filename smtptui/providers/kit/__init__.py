"""What several providers share: capabilities, values of responses, errors and logins."""
