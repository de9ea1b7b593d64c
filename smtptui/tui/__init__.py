"""The terminal face: screens, keys and words over the use cases of the workspace."""

import os

# Textual reads this when it is imported. A finer clock answers a key sooner; what was not sent by then is never
# sent, so it costs the line nothing.
os.environ.setdefault("TEXTUAL_FPS", "500")
