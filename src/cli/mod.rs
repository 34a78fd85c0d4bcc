//! The same powers from a terminal. It starts no server.
