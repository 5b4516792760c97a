"""Measurements: a module each, with `main(arguments)`; the first line says what it measures."""
