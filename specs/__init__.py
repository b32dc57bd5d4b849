"""Specs: models and release data. Imports none of our packages."""
