"""Benchmarks: one script per question; each prints a table with ratios. `make bench` runs them all."""
