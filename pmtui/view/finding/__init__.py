"""Finding events in logs and journals of any length: what is wanted (`query`), one slice of a search (`search`), and
what was found so far (`matches`)."""
