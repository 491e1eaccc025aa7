"""An app that stands before upstream's ``core`` and changes the base class of its resources."""
