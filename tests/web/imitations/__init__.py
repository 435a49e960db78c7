"""Strict local imitations of the helpdesks' APIs: they refuse what the real one refuses, ignore what it ignores."""
