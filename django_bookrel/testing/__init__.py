"""What hosts use in their own tests."""
