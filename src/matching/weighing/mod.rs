//! Weging (weighing): the toegang looks at what providers responded beside the order of the matcher, and chooses. What was
//! proposed at the moment of the choice is kept with it.

pub mod actions;
pub mod api;
pub mod pages;
