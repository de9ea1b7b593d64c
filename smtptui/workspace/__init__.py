"""The use cases, as async calls that yield events. Nothing here prints, prompts or knows which face called."""
