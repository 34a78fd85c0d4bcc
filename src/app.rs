//! Everything built once, joined, started, stopped.
