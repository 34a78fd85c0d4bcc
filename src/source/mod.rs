//! Locations in, bytes and revisions out: files, globs, HTTP. It parses no meaning.
