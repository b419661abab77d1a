"""deskbot: an HR service desk and knowledge-base bot that a company runs itself."""

import os

# One thread for each product of matrices: more only wait for one another beside everything else that a desk does.
# NumPy's OpenBLAS reads this when it is loaded, so it is said before any module of ours can import it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
