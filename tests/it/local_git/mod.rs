//! The local Git host, as a real Git client sees it over a port.

mod client;
mod clones;
mod hostile;
mod pages;
mod pushes;
mod remote;
mod restart;
mod rights;
