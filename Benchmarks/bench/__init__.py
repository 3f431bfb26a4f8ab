"""The parts of `Benchmarks/run`, `Benchmarks/instructions` and `Benchmarks/memory`."""
