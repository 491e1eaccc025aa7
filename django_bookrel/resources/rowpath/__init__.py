"""Imports row by row: when, and through django-import-export's own ``import_row``."""
