//! The rules of the domain, as pure functions on values.
//!
//! Pure means that the outcome depends on the arguments alone: nothing here reads a clock, a file, the
//! environment, a database or a source of randomness. Today is always an argument. That keeps every rule
//! testable with a table of values in milliseconds, makes a choice of last year reproducible from the figures
//! that were known then, and gives each rule one place instead of a copy in every page that needs it.
//!
//! The crate knows no wire format either. Stored and sent values are the short Dutch codes that each
//! enumeration gives with `code()` and reads with `parse()`; texts for people come from `name()` and `Display`.

#[macro_use]
mod coded;

pub mod arrival;
pub mod assignment;
pub mod cells;
pub mod codes;
pub mod contact;
pub mod contracts;
pub mod crisis;
pub mod disclosure;
pub mod dutch;
pub mod figures;
pub mod freshness;
pub mod geography;
pub mod matching;
pub mod norms;
pub mod personal_data;
pub mod product;
pub mod product_lookup;
pub mod reminders;
pub mod retries;
pub mod reviews;
pub mod search_order;
pub mod validity;
pub mod violations;
pub mod waiting;
pub mod waiting_time;
pub mod working_hours;

#[cfg(test)]
mod testing;
