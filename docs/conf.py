"""Configuration of Sphinx: ``make docs``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

import django_bookrel

# What autodoc imports needs a project: that of the examples.
sys.path.insert(0, str(Path(__file__).parent / "examples"))
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

project = "django-bookrel"
version = release = django_bookrel.__version__
author = "django-bookrel contributors"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "examples"]
source_suffix = {".rst": "restructuredtext"}
html_theme = "furo"
html_title = f"django-bookrel {release}"

# An override of Django's says nothing new.
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True
autodoc_typehints = "none"
# Only the package's own names can be linked: nothing is fetched while the pages are built.
nitpick_ignore_regex = [("py:.*", r"(?!django_bookrel\b).*")]
