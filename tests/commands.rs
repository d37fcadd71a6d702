//! Commands of the program as somebody runs them: what they write, what they say, and how they end.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use rules::assignment::{read_answer, read_problem};

use crate::endurance::program::Program;
use crate::on_both;
use crate::support::{Browser, SECRET_KEY};

const BINARY: &str = env!("CARGO_BIN_EXE_beschikbaarheidswijzer");
/// Two children, of whom one can have the one place.
const PROBLEM: &str = "p toewijzing 2 1 2\no 0 1\nc 0 100\nc 1 90\ne 0 0 10\ne 1 0 20\n";

/// A folder of its own, which goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("commands-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs `toewijzen` with these words and this on standard input.
fn toewijzen(words: &[&str], input: &str) -> Output {
    let mut child = Command::new(BINARY)
        .arg("toewijzen")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its words reads nothing.
    let _refused = child.stdin.take().expect("an end").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_problem_is_solved_from_file_to_file_or_through_standard_input_and_output() {
    let folder = Folder::new("solved");
    let (problem, answer) = (folder.write("problem.txt", PROBLEM), folder.path("answer.txt"));
    let files = [problem.to_str().expect("a path"), answer.to_str().expect("a path")];
    let done = toewijzen(&files, "");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let written = std::fs::read_to_string(&answer).expect("the answer");
    let piped = toewijzen(&["--stdin"], PROBLEM);
    assert!(piped.status.success(), "{}", text(&piped.stderr));
    for found in [written, text(&piped.stdout)] {
        let found = read_answer(found.as_bytes()).expect("an answer");
        assert_eq!((found.objective, found.placed), (100, vec![(0, 0)]));
    }
    // With files, changes come in on standard input.
    let session = toewijzen(&[&files[..], &["--stdin"]].concat(), "o 0 2\n");
    assert!(session.status.success() && text(&session.stdout).starts_with("made in"), "{session:?}");
    let found = read_answer(std::fs::read(&answer).expect("the answer").as_slice()).expect("an answer");
    assert_eq!((found.objective, found.placed), (30, vec![(0, 0), (1, 0)]));
    for words in [&[][..], &files[..1], &["--every", "2"]] {
        assert_eq!(toewijzen(words, "").status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn what_is_no_problem_ends_with_two_and_its_line_and_leaves_no_answer() {
    let folder = Folder::new("refused");
    let answer = folder.path("answer.txt");
    let good = folder.write("good.txt", PROBLEM);
    let wrong = folder.write("wrong.txt", &PROBLEM.replace("e 1 0 20", "e 1 0 x"));
    let claim = folder.write("claim.txt", "p toewijzing 1000000000 0 0\n");
    let changes = folder.write("changes.txt", "o 0 2\nl 7\n");
    let of = |path: &PathBuf| path.to_str().expect("a path").to_owned();
    for (words, told) in [
        (vec![of(&wrong), of(&answer)], "wrong.txt: line 6: 'x' is not a cost"),
        (vec![of(&claim), of(&answer)], "claim.txt: line 1: the text ends without a line for client 0"),
        (vec![of(&folder.path("none.txt")), of(&answer)], "none.txt: "),
        (
            vec![of(&good), of(&answer), "--changes".into(), of(&changes)],
            "changes.txt: line 2: client 7 does not exist",
        ),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ended = toewijzen(&words, "");
        assert_eq!(ended.status.code(), Some(2), "{words:?}");
        assert!(text(&ended.stderr).contains(told), "{}", text(&ended.stderr));
        assert!(!answer.exists(), "nothing is written when something is wrong");
    }
    let piped = toewijzen(&["--stdin"], "p toewijzing 1 0 0\n");
    assert_eq!((piped.status.code(), text(&piped.stdout)), (Some(2), String::new()));
    assert!(text(&piped.stderr).contains("standard input: line 1"), "{}", text(&piped.stderr));
}

#[test]
fn changes_are_made_one_by_one_and_proven_between() {
    let folder = Folder::new("changes");
    let (problem, answer) = (folder.write("problem.txt", PROBLEM), folder.path("answer.txt"));
    let changes = folder.write("changes.txt", "o 0 2\na 80 0 0 5\nl 0\nw 0 10\no 0 1\n");
    let of = |path: &PathBuf| path.to_str().expect("a path").to_owned();
    let words = [of(&problem), of(&answer), "--changes".into(), of(&changes), "--every".into(), "2".into()];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = toewijzen(&words, "");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let told = text(&done.stdout);
    assert!(told.starts_with("5 changes: mean") && told.contains("proven 2 times between them"), "{told}");
    let found = read_answer(std::fs::read(&answer).expect("the answer").as_slice()).expect("an answer");
    // Of the two who are left one pays 30 and would wait for 90, the other 15 and 80.
    assert_eq!(found.objective, [30 + 80, 15 + 90].into_iter().min().expect("two ways"));
}

on_both! {
    fn the_problem_of_a_region_is_written_with_a_key_and_names_nobody(server) {
        let clients = server.waiting();
        let folder = Folder::new(if server.database_url().starts_with("sqlite") { "sqlite" } else { "postgres" });
        let (problem, key) = (folder.path("problem.txt"), folder.path("key.csv"));
        let done = Command::new(BINARY)
            .env("DATABASE_URL", server.database_url())
            .env("SECRET_KEY", SECRET_KEY)
            .env("PUBLIC_URL", "https://jeugdhulp.example")
            .arg("export-probleem")
            .arg(&problem)
            .arg("--key")
            .arg(&key)
            .output()
            .expect("the program runs");
        assert!(done.status.success(), "{}", text(&done.stderr));
        let written = std::fs::read_to_string(&problem).expect("the problem");
        let read = read_problem(written.as_bytes()).expect("the format of the command");
        assert_eq!(read.client_count(), clients.len());
        let key = std::fs::read_to_string(&key).expect("the key");
        assert!(key.starts_with("soort;nummer;code\n"), "{key}");
        assert_eq!(key.lines().filter(|line| line.starts_with("aanbod;")).count(), read.offer_count());
        for client in &clients {
            assert!(key.contains(&client.code.to_string()) && !written.contains(&client.code.to_string()), "{key}");
        }
        assert!(toewijzen(&["--stdin"], &written).status.success());
    }
}

on_both! {
    fn a_token_made_on_the_server_is_good_on_whatever_port_it_listens(server) {
        let program = Program::start_with(server.database_url(), &[("PUBLIC_URL", "")]);
        let made = Command::new(BINARY)
            .args(["token", "--user", "loket-flevoland"])
            .env("DATABASE_URL", server.database_url())
            .env("SECRET_KEY", SECRET_KEY)
            .output()
            .expect("the program starts");
        let token = text(&made.stdout);
        let answer = Browser::new(&program.url).with_token(token.trim()).get("/v1/crisisbord");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}
