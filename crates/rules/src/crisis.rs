//! Crisiscoördinatiepunt: the rules of the desk that takes crisis requests, divides them, knows the places and keeps
//! the records.

pub mod codes;
