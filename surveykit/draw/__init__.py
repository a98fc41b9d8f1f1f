"""Figure primitives on plain arrays and localised text: no language catalogue, no models, no global state."""
