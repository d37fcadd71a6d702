//! Wachtlijst: the children of the region who wait for care, and everybody who helps to find it.

pub mod access_log;
