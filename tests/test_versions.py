"""An environment of tox runs what its name promises; elsewhere these tests are skipped."""

from __future__ import annotations

import os
import sys
import sysconfig
from importlib.metadata import requires, version
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connection
from packaging.requirements import Requirement
from packaging.version import Version

import django_bookrel


def promised(variable: str) -> str:
    value = os.environ.get(variable)
    if value is None:
        pytest.skip(f"{variable} is not set")
    return value


def test_python():
    assert promised("EXPECT_PYTHON") == "{}.{}".format(*sys.version_info)


def test_django():
    assert promised("EXPECT_DJANGO") == "{}.{}".format(*django.VERSION)


def test_lower_bounds():
    extras = promised("EXPECT_LOWEST").split()
    declared = map(Requirement, requires("django-bookrel"))
    bounds = {
        requirement.name: specifier.version
        for requirement in declared
        for specifier in requirement.specifier
        if not requirement.marker
        or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    }
    assert bounds.keys() >= {"Django", "django-import-export", "python-stdnum", "tqdm"}
    found = {name: Version(version(name)) for name in bounds}
    assert found == {name: Version(bound) for name, bound in bounds.items()}


def test_time_zones():
    assert promised("EXPECT_USE_TZ") == str(int(settings.USE_TZ))


def test_pool():
    promised("EXPECT_POOL")
    options = connection.settings_dict["OPTIONS"]
    assert options["pool"]
    assert options["server_side_binding"] is True


@pytest.mark.django_db
def test_database():
    name, _, version = promised("EXPECT_DB").partition(" ")
    numbers = tuple(int(number) for number in version.split(".") if number)
    is_mariadb = getattr(connection, "mysql_is_mariadb", False)
    vendor = "mariadb" if is_mariadb else connection.vendor
    found = connection.get_database_version()
    assert (name, numbers) == (vendor, found[: len(numbers)])


def test_the_installed_package_is_tested():
    promised("EXPECT_INSTALLED")
    installed = Path(sysconfig.get_path("purelib"), "django_bookrel", "__init__.py")
    assert Path(django_bookrel.__file__) == installed
