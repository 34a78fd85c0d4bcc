//! Shared by api and pages: the viewer, errors, limits, static files, validators.
