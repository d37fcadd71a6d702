//! Regionaal voorstel (regional plan): a place for everybody of a region who waits at once, proven, explained and kept
//! current. A proposal: nothing is placed without a person.
//!
//! | file | does |
//! |---|---|
//! | `problem` | from clients and supply to who could have which place at what cost |
//! | `engine` | solves that, and solves it again after changes; always the same choice among equals |
//! | `plan` | what is proposed: places, and bridging care for whom the norm was passed |
//! | `picture` | what a plan is made of at one moment, and what a scenario makes of that |
//! | `live` | keeps the plan of each region in memory, and follows what changes |
//! | `measures` | what comes of a division of places, to compare one with another |
//! | `words` | why a client's own first choice and its proposed place differ |

pub mod engine;
pub mod live;
pub mod measures;
pub mod picture;
pub mod plan;
pub mod problem;
pub mod words;
