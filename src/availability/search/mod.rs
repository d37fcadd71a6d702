//! Zoeken (search): public, from memory. List and map, the page of a provider, comparison, and the API.

pub mod api;
pub mod cards;
pub mod compare;
pub mod input;
pub mod map;
pub mod pages;
pub mod provider_page;
