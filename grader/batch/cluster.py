"""Workers of a dask cluster: submissions travel as bytes, so no disk need be shared."""

from __future__ import annotations

from concurrent.futures import Executor
from importlib import import_module
from typing import Any

from grader.batch.environment import code_digest
from grader.errors import TheirFault

_TIMEOUT = 30.0


class DaskEngine:
    """The workers that a scheduler has, and those that join later.

    Raise `TheirFault` if dask is not installed, or nobody answers.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://host:8786``.
    """

    def __init__(self, address: str) -> None:
        try:
            connect: Any = import_module("distributed").Client
        except ImportError:
            raise TheirFault(
                "--engine dask needs the extra cluster: pip install 'backprop-grader[cluster]'"
            ) from None
        try:
            self._client = connect(address, timeout=_TIMEOUT, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_TIMEOUT)
        except (OSError, ValueError, TimeoutError) as error:
            raise TheirFault(
                f"{address}: no dask cluster with a worker answers ({error})"
            ) from None
        self._require_same_code()

    def _require_same_code(self) -> None:
        """Refuse workers with another grader: their reports would not be those of this one."""
        digests: dict[str, Any] = self._client.run(code_digest, on_error="return")
        outdated = [worker for worker, digest in digests.items() if digest != code_digest()]
        if outdated:
            self._client.close()
            raise TheirFault(f"{outdated[0]}: this worker has no grader, or another version of it")

    def start(self) -> Executor:
        """Return an executor on the cluster; the scheduler itself moves what lost its worker."""
        executor: Executor = self._client.get_executor(pure=False)
        return executor

    def stop(self, executor: Executor) -> None:
        """Cancel what is running; the cluster itself stays."""
        executor.shutdown(wait=False)

    def window(self) -> int:
        """Return two tasks a thread of the workers that are there by now."""
        threads: dict[str, int] = self._client.nthreads()
        return max(2, 2 * sum(threads.values()))

    def close(self) -> None:
        """Leave the cluster."""
        self._client.close()
