//! Backstage's JSON, one file per backend plugin. It renders nothing.
