"""What can go wrong with the knowledge base; every message states the rule, what came, and the cure.

KnowledgeError              anything below
├── SourceError             a file of articles cannot be read, or holds none
│   └── RowError            one file or row among many cannot be read; the others go on
├── EncoderError            the sentence model is missing, changed or unusable
└── VectorError             vectors of the wrong shape
"""


class KnowledgeError(Exception):
    """Something is wrong with the knowledge base; the message is one sentence fit for the terminal."""


class SourceError(KnowledgeError):
    """A file of articles cannot be read, or holds no article."""


class RowError(SourceError):
    """One file or row among many cannot be read; the message is the reason alone, without the row's name."""


class EncoderError(KnowledgeError):
    """The sentence model is missing, changed or unusable."""


class VectorError(KnowledgeError):
    """Vectors do not have the shape they must have."""
