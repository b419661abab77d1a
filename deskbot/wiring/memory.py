"""Gives back what loading used and serving does not need."""

import ctypes
import gc


def settle() -> None:
    """Collect what loading left behind, return it to the system, and keep the collector off what stays for good."""
    gc.collect()
    gc.freeze()
    try:
        ctypes.CDLL(None).malloc_trim(0)  # glibc keeps freed memory for itself unless asked.
    except (AttributeError, OSError, TypeError):
        return  # Another C library: it decides for itself.
