"""LiteRT: one network, loaded once for each thread that runs it."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
_View = tuple[np.float32, NDArray[np.float32], NDArray[np.float32]]  # of one view: see `NetworkOutputs`


class NetworkOutputs(NamedTuple):
    """What a network sees in n views: logits (n,), a map (h, w) of each view, and mean features (n, d).

    The features are empty (d is 0) for a network that gives none.
    """

    logits: NDArray[np.float32]
    maps: list[NDArray[np.float32]]
    features: NDArray[np.float32]


class Interpreters:
    """Runs views (h, w, 3), whose sides are multiples of 32, each on one thread; make it after the fork.

    Views are independent, so that threads that share them need not wait for each other within a
    layer, as LiteRT's own threads do: two halve the time where LiteRT's own two take off a seventh,
    and cost no processor time where every core is busy. Each holds the weights for itself.
    """

    def __init__(self, weights: Path, threads: int = 1) -> None:
        with _silence():
            self._networks = [_Network(weights) for _ in range(threads)]
        self._pool = ThreadPoolExecutor(threads - 1, "classifier") if threads > 1 else None

    def run(self, views: Iterable[Rgb]) -> NetworkOutputs:
        """What the network sees in each view."""
        logits, maps, features = zip(*self._run_all(list(views)), strict=True)
        return NetworkOutputs(np.array(logits, dtype=np.float32), list(maps), np.stack(features))

    def _run_all(self, views: Sequence[Rgb]) -> list[_View]:
        waiting = iter(enumerate(views))  # shared: `next` on it is atomic under the interpreter's lock
        found: dict[int, _View] = {}

        def work(network: _Network) -> None:
            for index, view in waiting:
                found[index] = network.run(view)

        others = self._networks[1 : len(views)]
        helping = [self._pool.submit(work, network) for network in others] if self._pool else []
        work(self._networks[0])
        for help_ in helping:
            help_.result()
        return [found[index] for index in range(len(views))]


NO_FEATURES = np.empty(0, np.float32)


class _Network:
    """One interpreter, for one thread at a time."""

    def __init__(self, weights: Path) -> None:
        self._interpreter = Interpreter(model_path=str(weights), num_threads=1)
        self._interpreter.allocate_tensors()
        entrance = self._interpreter.get_input_details()[0]
        self._input, self._shape = entrance["index"], tuple(int(side) for side in entrance["shape"])
        # One number is the logit, one for each place the map, and one for each channel the features.
        outputs = self._interpreter.get_output_details()
        self._logit, self._map = (
            next(item["index"] for item in outputs if item["shape"][-1] == 1 and len(item["shape"]) == rank)
            for rank in (2, 4)
        )
        self._features = next((item["index"] for item in outputs if item["shape"][-1] > 1), None)

    def run(self, view: Rgb) -> _View:
        """A view's logit, map (h, w) and features (d,)."""
        pixels = view[None].astype(np.float32)
        if pixels.shape != self._shape:
            # Weights stay as they are: this lays out the maps anew, in a millisecond or two.
            self._interpreter.resize_tensor_input(self._input, pixels.shape)
            self._interpreter.allocate_tensors()
            self._shape = pixels.shape
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        logit = self._interpreter.get_tensor(self._logit)[0, 0]
        features = (
            NO_FEATURES if self._features is None else self._interpreter.get_tensor(self._features).ravel()
        )
        return logit, self._interpreter.get_tensor(self._map)[0, :, :, 0], features


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the runtime's greeting, which C++ writes to the terminal, out of our output."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # the device, not a path of ours
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
