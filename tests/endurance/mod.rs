//! What must hold however often it is tried: a few times in `make test`, very often in `make endurance PART=…`.
//!
//! Each part has a twin that is broken on purpose, and shows that the same check catches it.

mod clock;
mod crisis_kills;
mod crisis_races;
mod doors;
mod fsync;
mod injected_queries;
mod injected_writes;
mod injections;
mod kills;
mod mail_kills;
mod outages;
mod parsers;
pub mod program;
mod races;
mod resets;
mod slow_clients;
mod soak;
mod stale_edits;
mod upgrades;

use std::path::{Path, PathBuf};

use beschikbaarheidswijzer::clock::Clock;
use beschikbaarheidswijzer::db::Connection;
use diesel::{Connection as _, RunQueryDsl as _, sql_query};

use crate::support::TestServer;

/// Whether this is the long form.
pub fn is_long() -> bool {
    std::env::var_os("ENDURANCE").is_some()
}

/// How often something is tried.
pub fn times(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

/// The rounds of a part that are still to be done. In the long form a run that was stopped, or ran out of its time, goes
/// on where it was: a file in the target folder says how far it is, and of which program. One that was built since starts
/// anew. `scripts/endurance.sh` takes it away when both databases are done.
pub struct Rounds {
    next: usize,
    total: usize,
    done: Option<PathBuf>,
}

impl Rounds {
    /// The rounds of a part on the database of this server.
    pub fn on(server: &TestServer, part: &str, short: usize, long: usize) -> Self {
        let database = if server.database_url().starts_with("sqlite") { "sqlite" } else { "postgres" };
        let total = times(short, long);
        let done = is_long().then(|| {
            let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("endurance");
            std::fs::create_dir_all(&folder).expect("a folder");
            folder.join(format!("{part}-{database}"))
        });
        let stored = done.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let next = stored.map_or(0, |text| rounds_done(&text, &this_program(), total));
        Self { next, total, done }
    }

    /// Writes down that the rounds before the next one went well; says whether there is time for another.
    fn note(&self, file: &Path) -> bool {
        let is_over = self.next >= self.total;
        let done = if is_over { DONE.to_owned() } else { self.next.to_string() };
        std::fs::write(file, format!("{done}\n{}\n", this_program())).expect("the folder can be written to");
        let is_ended = is_over || is_time_up();
        if is_ended {
            println!("{}: {} of {} rounds went well", file.display(), self.next, self.total);
        }
        !is_ended
    }
}

impl Iterator for Rounds {
    type Item = usize;

    /// Asking for the next round says that the one before it went well.
    fn next(&mut self) -> Option<usize> {
        let goes_on = self.done.as_ref().map_or(self.next < self.total, |file| self.note(file));
        goes_on.then(|| {
            self.next += 1;
            self.next - 1
        })
    }
}

/// What the file of a part says on its first line when nothing is left to do.
const DONE: &str = "done";

/// How many rounds the file of a part tells of, that were done by this program. Its second line says which one that was.
fn rounds_done(text: &str, program: &str, total: usize) -> usize {
    match text.split_once('\n') {
        Some((DONE, by)) if by.trim_end() == program => total,
        Some((done, by)) if by.trim_end() == program => done.parse().unwrap_or(0),
        _ => 0,
    }
}

/// What tells these tests, and the program that is built into them, from those of another build.
fn this_program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata).expect("the tests themselves");
    let built = file.modified().expect("a time").duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    format!("{} bytes, built at {}", file.len(), built.as_nanos())
}

#[test]
fn what_another_program_did_is_not_done() {
    for (text, expected) in [
        ("12\nthis\n", 12),
        ("done\nthis\n", 100),
        ("12\nanother\n", 0),
        ("done\nanother\n", 0),
        ("done", 0),
        ("12", 0),
        ("", 0),
        ("x\nthis\n", 0),
    ] {
        assert_eq!(rounds_done(text, "this", 100), expected, "{text:?}");
    }
    assert_eq!(rounds_done(&format!("7\n{}\n", this_program()), &this_program(), 100), 7);
}

#[test]
fn the_script_finds_how_far_each_part_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = std::fs::read_to_string(root.join("scripts/endurance.sh")).expect("the script");
    let list = |name: &str| -> Vec<String> {
        let value = script.split_once(&format!("\n{name}=\"")).expect("a list").1;
        value.split('"').next().expect("its end").split(' ').map(str::to_owned).collect()
    };
    let mut tests = Vec::new();
    for folder in [root.join("tests"), root.join("tests/endurance")] {
        let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
        tests.extend(files.filter(|path| path.extension().is_some_and(|end| end == "rs")));
    }
    let mut noted: Vec<String> = Vec::new();
    for path in tests {
        let text = std::fs::read_to_string(path).expect("text");
        for call in text.split(concat!("Rounds::", "on(")).skip(1) {
            let name = call.split('"').nth(1).expect("its name");
            // The script looks for files that begin with the part and a hyphen.
            noted.push(name.split('-').next().expect("a part").to_owned());
        }
    }
    let (parts, without) = (list("parts"), list("without_rounds"));
    for name in &noted {
        assert!(parts.contains(name) && !without.contains(name), "the script does not look for {name}");
    }
    for part in parts {
        assert!(noted.contains(&part) != without.contains(&part), "whether {part} leaves a word");
    }
}

/// Reads what belongs together as it was at one moment. The server of PostgreSQL outlives a program that is killed, and can
/// still be finishing its last write when somebody looks.
fn at_one_moment<T>(conn: &mut Connection, read: impl FnOnce(&mut Connection) -> T) -> T {
    conn.transaction(|conn| {
        if matches!(conn, Connection::Postgres(_)) {
            sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(conn)?;
        }
        diesel::QueryResult::Ok(read(conn))
    })
    .expect("a transaction that only reads")
}

/// Whether this run of a part has had its time; `ENDURANCE_UNTIL` is in seconds since 1970.
fn is_time_up() -> bool {
    let until = std::env::var("ENDURANCE_UNTIL").ok().and_then(|text| text.parse().ok());
    until.is_some_and(|until: i64| Clock::System.now().timestamp() >= until)
}

/// Numbers that look random and are the same on every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: usize) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ seed as u64)
    }

    /// A number below this one (SplitMix64).
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("below the limit")
    }
}
