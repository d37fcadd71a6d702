//! Reminders, the link in them, and how fresh the figures of a region are.

use chrono::{DateTime, NaiveDate, Utc};
use rules::freshness::Freshness;
use rules::reminders::ReminderKind;

/// Herinnering: what a provider was reminded of, or its account manager told, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    pub provider_id: i64,
    pub kind: ReminderKind,
    pub sent_on: NaiveDate,
    /// To how many people; nobody when the provider has no user with an address.
    pub recipients: i32,
    /// How many of those mails were given up: refused by the mail server, or not delivered in days.
    pub undelivered: i32,
}

impl Reminder {
    /// Whether there was somebody to mail, delivered or not.
    pub fn was_mailed(&self) -> bool {
        self.recipients > 0
    }

    pub fn reached_somebody(&self) -> bool {
        self.recipients > self.undelivered
    }

    /// Whether it went to somebody of the provider itself.
    pub fn reached_provider(&self) -> bool {
        self.kind != ReminderKind::Escalated && self.reached_somebody()
    }
}

/// A reminder to write down.
#[derive(Debug, Clone, Copy)]
pub struct NewReminder {
    pub region_id: i64,
    pub provider_id: i64,
    pub kind: ReminderKind,
    pub at: DateTime<Utc>,
    pub sent_on: NaiveDate,
    /// How many figures it was about.
    pub offers: usize,
    pub recipients: usize,
}

/// Bevestiglink: lets the reader of a reminder confirm once, without signing in, that nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmLink {
    pub user_id: i64,
    pub provider_id: i64,
    /// The hash of the address it was mailed to; none for links from before that was kept.
    pub sent_to: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// How the figures of one provider stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStanding {
    pub agb: String,
    pub name: String,
    /// Of its oldest figure.
    pub freshness: Freshness,
    /// The day of the oldest confirmation; none when a figure was never confirmed.
    pub oldest: Option<NaiveDate>,
    /// Since when the oldest figure is stale.
    pub stale_since: Option<NaiveDate>,
    pub offers: usize,
    /// How many of them are stale or never confirmed.
    pub stale: usize,
    /// In the past year, newest first.
    pub reminders: Vec<Reminder>,
    pub is_reachable: bool,
}

impl ProviderStanding {
    /// How often the provider itself was reminded.
    pub fn times_reminded(&self) -> usize {
        self.reminders.iter().filter(|reminder| reminder.reached_provider()).count()
    }

    pub fn last_reminder(&self) -> Option<&Reminder> {
        self.reminders.iter().find(|reminder| reminder.reached_provider())
    }

    /// The day of the last mail to the provider, when that reached nobody.
    pub fn undelivered_on(&self) -> Option<NaiveDate> {
        let last = self.reminders.iter().find(|reminder| reminder.kind != ReminderKind::Escalated)?;
        (last.was_mailed() && !last.reached_somebody()).then_some(last.sent_on)
    }

    /// When the account manager was told of the figures as they are now.
    pub fn told_on(&self) -> Option<NaiveDate> {
        let since = self.stale_since;
        let told = self
            .reminders
            .iter()
            .find(|reminder| reminder.kind == ReminderKind::Escalated && reminder.reached_somebody())?;
        (self.freshness.is_old() && since.is_none_or(|since| told.sent_on >= since)).then_some(told.sent_on)
    }
}

/// How many of the figures were fresh at the end of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekShare {
    /// The last day of the week, or today.
    pub day: NaiveDate,
    pub fresh: usize,
    pub total: usize,
}

impl WeekShare {
    /// As a percentage; none when there were no figures.
    pub fn percentage(self) -> Option<f64> {
        (self.total > 0).then(|| (self.fresh as f64 * 100.0 / self.total as f64).round())
    }
}

/// Which part of the region an overview is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StandingFilter {
    pub product_code: Option<String>,
    pub provider_agb: Option<String>,
}

/// How the figures of a region stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The one with the oldest figures first.
    pub providers: Vec<ProviderStanding>,
    /// Oldest week first.
    pub weeks: Vec<WeekShare>,
}
