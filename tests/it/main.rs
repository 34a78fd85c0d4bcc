//! Everything that needs more than one module, in one test binary: one `mod` a feature.

mod layering;
