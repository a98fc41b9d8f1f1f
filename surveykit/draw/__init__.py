"""Figure primitives on plain arrays and already-localised text: no language catalogue, no models, no global
state.
"""
