//! The relation graph of an entity, drawn by the server.

mod layout;
