"""The screen: Textual only here.

`run` starts it, `app` is the application, `actions` the one registry of what keys do, `screens` and `widgets` what is
seen. Widgets paint lines of cells themselves (`paint`, `themes`), so that nothing from data is ever parsed as markup.
"""

import os

os.environ.setdefault("TEXTUAL_FPS", "120")
"""What a key changes is often told in two frames (first the key, then the focus), and Textual draws them at least one
frame apart: at its own 60 a second the second one comes up to 17 ms later. Nothing is drawn while nothing changes."""
