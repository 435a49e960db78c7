"""The API, `/api/v1`, for programs: one file a domain, one table of operations (`table.py`)."""
