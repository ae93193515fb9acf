"""Breakpoints: what a condition may say, how it is written and read, when a turn meets it.

`condition` has the terms, as data that goes to a worker; `breakpoint` what is done where they hold; `grammar` reads
what a person types; `matching` asks at each point of a turn. Nothing of a condition is ever run as code.
"""
