//! The outbox: mails are kept with what causes them, and sent whatever the mail server does.

use beschikbaarheidswijzer::db::schema::outbox_mail;
use beschikbaarheidswijzer::db::{self, Connection};
use beschikbaarheidswijzer::error::Error;
use beschikbaarheidswijzer::notifications::actions;
use beschikbaarheidswijzer::notifications::model::Mail;
use diesel::prelude::*;

use crate::on_both;
use crate::support::now;

fn mail(to: &str, subject: &str) -> Mail {
    Mail {
        kind: "proef",
        to: to.into(),
        subject: subject.into(),
        text: "Één regel".into(),
        html: "<p>Één regel</p>".into(),
    }
}

fn count(conn: &mut Connection) -> i64 {
    outbox_mail::table.count().get_result(conn).expect("a count")
}

on_both! {
    fn a_mail_is_kept_with_what_causes_it_or_not_at_all(server) {
        let mut conn = server.connection();
        let mail = mail("lezer@example.nl", "Proef");
        let undone = db::write(&mut conn, |conn| {
            actions::enqueue(conn, now(), &mail)?;
            Err::<(), _>(Error::Forbidden)
        });
        assert!(undone.is_err());
        assert_eq!(count(&mut conn), 0, "taken back with the rest");
        db::write(&mut conn, |conn| actions::enqueue(conn, now(), &mail)).expect("it is kept");
        assert_eq!(count(&mut conn), 1);
    }
}

on_both! {
    fn nobody_can_add_headers_or_readers(server) {
        let mut conn = server.connection();
        for (to, subject) in [
            ("lezer@example.nl\r\nBcc: ander@example.nl", "Proef"),
            ("lezer@example.nl\n", "Proef"),
            ("geen adres", "Proef"),
            ("", "Proef"),
            ("lezer@example.nl", "Proef\r\nBcc: ander@example.nl"),
            ("lezer@example.nl", "Proef\nX"),
            ("lezer@example.nl", ""),
        ] {
            let refused = db::write(&mut conn, |conn| actions::enqueue(conn, now(), &mail(to, subject)));
            assert!(refused.is_err(), "{to:?} {subject:?}");
        }
        assert_eq!(count(&mut conn), 0);
    }
}
