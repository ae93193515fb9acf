"""How fast it is, beside the limit and beside what people would use instead.

`python -m benchmarks` measures everything and writes README.md and table.svg here. `measure` repeats and compares,
`report` writes, `apps`, `seeds` and `ours` are what is measured; every other file is one comparison: its `compare`
yields figures.
"""
