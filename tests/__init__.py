"""
The tests of django-bookrel.

The checkout is moved to the end of the path, so that an installed wheel is what is tested, where
there is one.
"""

from __future__ import annotations

import sys
from pathlib import Path

CHECKOUT = str(Path(__file__).resolve().parent.parent)

sys.path[:] = [folder for folder in sys.path if folder not in {"", CHECKOUT}] + [CHECKOUT]
