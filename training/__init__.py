"""Makes and measures the model files that advisor loads."""
