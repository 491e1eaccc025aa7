from __future__ import annotations

from django_bookrel.testing import BAKER_GENERATORS
from tests.neighbours.settings import *  # noqa: F403

BAKER_CUSTOM_FIELDS_GEN = BAKER_GENERATORS
