//! The API over HTTP, in JSON as others send and get it.

mod book;
mod offers;
mod segments;
mod shape;
