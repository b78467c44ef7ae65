"""Named rules: one file each, a point in the family of `engine.plasticity`."""
