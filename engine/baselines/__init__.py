"""Textbook learners, clearly apart from the spiking model: pure numpy functions of cues, choices and rewards."""
