"""Settings have defaults, and are read at the moment of use."""

from __future__ import annotations

from typing import Any

import pytest

from django_bookrel.conf import Conf, conf

NAMES = {
    "register_admin": ("BOOKREL_REGISTER_ADMIN", True, False),
    "batch_size": ("BOOKREL_BATCH_SIZE", 5000, 50),
    "sources": ("BOOKREL_SOURCES", [], ["tests.hosts.novels.sources.OurILS"]),
    "harmless_receivers": ("BOOKREL_HARMLESS_RECEIVERS", [], ["tests.hostcode.heard"]),
    "limits": ("BOOKREL_LIMITS", {}, {"columns": 5}),
}


def test_every_setting_is_tested():
    found = {name for name, value in vars(Conf).items() if isinstance(value, property)}
    assert found == NAMES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_setting(name: str, settings: Any):
    setting, default, other = NAMES[name]
    read: list[Any] = [getattr(conf, name)]
    setattr(settings, setting, other)
    read.append(getattr(conf, name))
    delattr(settings, setting)
    read.append(getattr(conf, name))
    assert read == [default, other, default]
