"""The knowledge base, searchable: articles, their passages, their vectors. It has never heard of a ticket."""
