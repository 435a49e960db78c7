"""Many tickets at once: archives read, re-scored and compared."""
