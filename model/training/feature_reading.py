"""Run a network of features over views of any size: by LiteRT where it can be converted, else by Keras."""

import os
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Read = Callable[[Iterable[Rgb]], NDArray[np.float32]]


def make_reader(network: Any) -> Read:
    """A function from views (h, w, 3) of 0..255, with sides that are multiples of 32, to features (n, d).

    LiteRT, a view to a thread, takes half of TensorFlow's time on a processor and says the same to
    2e-5; another backend of Keras, which may have a graphics card, runs the network itself.
    """
    if keras.backend.backend() != "tensorflow":
        return lambda views: np.concatenate(
            [np.asarray(network.predict_on_batch(view[None].astype(np.float32))) for view in views]
        )
    threads = os.cpu_count() or 1
    interpreters: list[Any] = []  # made at the first views: a resumed run may have none to read
    pool = ThreadPoolExecutor(threads)

    def read(some: Iterable[Rgb]) -> NDArray[np.float32]:
        views = list(some)
        if not interpreters:
            interpreters.extend(_converted(network, threads))
        waiting = iter(enumerate(views))  # shared: `next` on it is atomic under the interpreter's lock
        found = np.empty((len(views), network.output_shape[-1]), np.float32)

        def work(interpreter: Any) -> None:
            entrance = interpreter.get_input_details()[0]["index"]
            exit_ = interpreter.get_output_details()[0]["index"]
            shape: tuple[int, ...] = ()
            for number, view in waiting:
                if view.shape != shape:
                    interpreter.resize_tensor_input(entrance, (1, *view.shape))
                    interpreter.allocate_tensors()
                    shape = view.shape
                interpreter.set_tensor(entrance, view[None].astype(np.float32))
                interpreter.invoke()
                found[number] = interpreter.get_tensor(exit_)[0]

        for done in [pool.submit(work, interpreter) for interpreter in interpreters]:
            done.result()
        return found

    return read


def _converted(network: Any, count: int) -> list[Any]:
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  # of the TensorFlow way alone

    from model.training.export import convert  # noqa: PLC0415  # loads TensorFlow

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "features.tflite"
        place.write_bytes(convert(network, "float32"))
        interpreters = [Interpreter(model_path=str(place), num_threads=1) for _ in range(count)]
    for interpreter in interpreters:
        interpreter.allocate_tensors()
    return interpreters
