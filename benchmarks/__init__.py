"""What django-bookrel is measured by; ``make bench`` runs it, README.md has the results."""
