"""What the benchmarks are made of: run them with `Benchmarks/run`, `Benchmarks/instructions` and `Benchmarks/memory`."""
