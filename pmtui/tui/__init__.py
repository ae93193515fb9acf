"""The screen: Textual only here.

`run` starts it, `app` is the application, `actions` the one registry of what keys do, `screens` and `widgets` what is
seen. Widgets paint lines of cells themselves (`paint`, `themes`), so that nothing from data is ever parsed as markup.
"""
