"""What `Benchmarks/run`, `Benchmarks/instructions` and `Benchmarks/memory` are made of."""
