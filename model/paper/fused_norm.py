"""Batch normalisation in one pass over the maps while a network learns.

Keras builds it (Ioffe and Szegedy 2015) from a dozen operations, each of which reads and writes every map.
On a processor that is three fifths of the time of a training step of MobileNetV2. TensorFlow has one
operation for all of them, which Keras does not use.
"""

from typing import Any

import keras


class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # Keras has no types
    """Keras' layer, equal to rounding, for maps (n, h, w, c) in single precision."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:  # noqa: FBT001  # as Keras calls it
        """Normalise by the batch and note its statistics, or by those noted where nothing is learnt."""
        if not (training and self.trainable):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf  # noqa: PLC0415  # Keras may run on something else

        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        cells = tf.cast(tf.size(inputs) / tf.size(mean), tf.float32)
        variance *= (cells - 1) / cells  # the operation gives an unbiased one; Keras notes the batch's own
        for noted, seen in ((self.moving_mean, mean), (self.moving_variance, variance)):
            noted.assign(noted * self.momentum + seen * (1 - self.momentum))
        return outputs


def relearn_norms(network: Any, momentum: float) -> Any:
    """Copy a network, weights included, so that its batch normalisation learns with this momentum.

    It is fused where Keras runs on TensorFlow. `momentum`, 0..1, is the share of the running statistics that
    remains after each batch.
    """
    fused = keras.backend.backend() == "tensorflow"
    kind = FusedBatchNormalization if fused else keras.layers.BatchNormalization

    def copied(layer: Any) -> Any:
        if isinstance(layer, keras.layers.BatchNormalization):
            return kind.from_config({**layer.get_config(), "momentum": momentum})
        return type(layer).from_config(layer.get_config())

    copy = keras.models.clone_model(network, clone_function=copied)
    copy.set_weights(network.get_weights())
    return copy
