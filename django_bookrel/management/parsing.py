"""Command lines that say what is wrong with them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ..showing import shown

__all__ = ("ParsingCommand",)


class _Parser(CommandParser):
    def error(self, message: str) -> Any:
        # It quotes what was typed, or what a shell has put there.
        return super().error(shown(message))


class ParsingCommand(BaseCommand):
    """A command whose usage errors show what was typed as other messages do."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Make the parser."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = _Parser
        return parser
