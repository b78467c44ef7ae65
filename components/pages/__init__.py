"""The pages beside the laboratory itself: one file each, with TITLE and body() -> HTML."""
