"""What a person has set: one TOML file, what may stand in it, and what is wrong with it."""
