from __future__ import annotations

from tests.neighbours.settings import *  # noqa: F403
