//! Owns the whole-stack tests (`tests/`) and the examples (`examples/`); has no code of its own.
