//! The pages over HTTP.

mod capacity;
mod sign_in;
