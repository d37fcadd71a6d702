//! The pages over HTTP.

mod add_offer;
mod book;
mod capacity;
mod sign_in;
