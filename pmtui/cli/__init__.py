"""The command line: `main` is the way in, every other file is one command, imported only when it is called."""
