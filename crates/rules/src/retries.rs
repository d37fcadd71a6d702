//! When to try again what did not work.

use chrono::TimeDelta;

const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(4);
/// A mail that cannot be delivered for this long is given up. RFC 5321, 4.5.4.1 asks for at least 4 to 5 days.
pub const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(5);

/// How long to wait after so many failed attempts: a minute, and twice as long every time, up to four hours. `chance`,
/// from 0 to 999, spreads this from three quarters to five quarters, so that what failed together does not come back
/// together.
pub fn wait_after(failures: u32, chance: u16) -> TimeDelta {
    let doublings = failures.saturating_sub(1).min(10);
    let wait = (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
    wait * (750 + i32::from(chance.min(999)) / 2) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_four_hours() {
        let minutes = |failures| wait_after(failures, 500).num_minutes();
        assert_eq!([1, 2, 3, 4, 8, 9, 50].map(minutes), [1, 2, 4, 8, 128, 240, 240]);
        assert_eq!(minutes(0), 1, "never at once");
    }

    #[test]
    fn chance_spreads_them() {
        assert_eq!(wait_after(1, 0).num_seconds(), 45);
        assert_eq!(wait_after(1, 999).num_seconds(), 74);
        assert_eq!(wait_after(1, 60_000), wait_after(1, 999));
    }

    #[test]
    fn a_mail_gets_dozens_of_attempts() {
        let mut waited = TimeDelta::zero();
        let attempts = (1..).take_while(|failures| {
            waited += wait_after(*failures, 999);
            waited < GIVE_UP_AFTER
        });
        assert!(attempts.count() > 25);
    }
}
