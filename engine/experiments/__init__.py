"""Experiments: one file each, a world, a protocol and a verdict."""
