//! The API over HTTP, in JSON as others send and get it.

mod segments;
mod shape;
