//! The pages over HTTP.

mod sign_in;
