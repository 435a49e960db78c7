"""Make a model easier to quantise to 8 bits without changing what it computes.

A few input channels of each linear layer are far larger than the rest and eat up the 8-bit scale. Each
input is divided and its weights are multiplied by max|x|^α / max|w|^(1−α) per input channel (SmoothQuant,
Xiao et al. 2023, with α = 0.8, the best of those tried). A post-norm layer cannot take the division into
its norm, since the residual needs the undivided value; so a product stays before the attention, the first
and the second dense layer. Only the attention's own output takes it in: there the division moves into the
rows of the value projection. Factors are rounded to powers of two, so that smoothing is exact and a last
bit that differs between two machines does not make two models.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

ALPHA = 0.8
_LEAST = 1e-5


class Divided(nn.Module):
    """A module whose input is divided channel by channel first."""

    def __init__(self, inner: nn.Module, factor: Tensor) -> None:
        super().__init__()
        self.inner = inner
        self.register_buffer("share", 1 / factor)

    def forward(self, states: Tensor, *rest: Any, **options: Any) -> Any:
        """Divide the states and pass them on."""
        return self.inner(states * self.get_buffer("share"), *rest, **options)


def can_smooth(transformer: nn.Module) -> bool:
    """Tell whether the model is built like BERT, the one architecture whose layers this file knows."""
    return type(transformer).__name__ == "BertModel"


def smooth(transformer: Any, model: nn.Module, texts: Iterable[Tensor]) -> None:
    """Smooth the transformer inside `model` in place, by the largest inputs over texts, each (1, n) ids."""
    layers = list(transformer.encoder.layer)
    largest = _largest_inputs(layers, model, texts)
    with torch.no_grad():
        for number, layer in enumerate(layers):
            _smooth_layer(layer, largest[4 * number : 4 * number + 4])


def _watched(layer: Any) -> tuple[nn.Module, ...]:
    return (
        layer.attention.self.query,
        layer.attention.output.dense,
        layer.intermediate.dense,
        layer.output.dense,
    )


def _largest_inputs(layers: Sequence[Any], model: nn.Module, texts: Iterable[Tensor]) -> list[Tensor]:
    """Find max|x| per input channel of the four kinds of linear layer, layer by layer."""
    watched = [module for layer in layers for module in _watched(layer)]
    largest: dict[nn.Module, Tensor] = {}

    def look(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        seen = inputs[0].abs().amax((0, 1))
        largest[module] = torch.maximum(largest.get(module, seen), seen)

    hooks = [module.register_forward_pre_hook(look) for module in watched]
    with torch.inference_mode():
        for ids in texts:
            model(ids)
    for hook in hooks:
        hook.remove()
    return [largest[module].clone() for module in watched]


def _smooth_layer(layer: Any, largest: Sequence[Tensor]) -> None:
    attention = layer.attention.self
    projections = (attention.query, attention.key, attention.value)
    factor = _factor(largest[0], projections)
    for projection in projections:
        projection.weight *= factor
    out = layer.attention.output.dense
    through = _factor(largest[1], (out,))
    attention.value.weight /= through[:, None]
    attention.value.bias /= through
    out.weight *= through
    layer.attention.self = Divided(attention, factor)
    for parent, seen in ((layer.intermediate, largest[2]), (layer.output, largest[3])):
        factor = _factor(seen, (parent.dense,))
        parent.dense.weight *= factor
        parent.dense = Divided(parent.dense, factor)


def _factor(inputs: Tensor, modules: Sequence[Any]) -> Tensor:
    """Compute the factor per input channel for layers that share an input."""
    weights = torch.stack([module.weight.abs().amax(0) for module in modules]).amax(0)
    factor = inputs.clamp_min(_LEAST) ** ALPHA / weights.clamp_min(_LEAST) ** (1 - ALPHA)
    return torch.exp2(torch.round(torch.log2(factor)))
