"""What must be true: models and data. Imports nothing of ours."""
