"""Benchmarks, one module a bar: `python3 run.py bench` runs them all, `python3 run.py bench s10 s17` some.

Each module `s<number>_<what>.py` has a `run()` that returns rows. A row is a dictionary:

- `bar` ("S10"), `what` (what was measured, in words), `value`, `unit` ("ms", "µs CPU", "MB", "of the limit", ...);
- `must` and `stretch`, the bar in the same unit, where there is one;
- `reference` (a peer's or a limit's name) and `reference_value`, measured in the same run, where there is one;
- `higher` is true where more is better.

Times are given as they were measured; `benchmarks/bars.py` scales them to the reference machine.
"""
