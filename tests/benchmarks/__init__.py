"""Measurements as ratios within one run; made by hand, never as a test."""
