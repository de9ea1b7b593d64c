"""What several adapters share: values of responses, errors and logins."""
