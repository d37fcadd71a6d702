//! Installing as docs/operating.md says it, on an empty database.

use std::path::Path;
use std::process::{Command, Output};

use crate::on_both;
use crate::support::SECRET_KEY;

const BINARY: &str = env!("CARGO_BIN_EXE_beschikbaarheidswijzer");

/// Runs a line of a shell on this database, with the program in its path and no other settings.
fn run(url: &str, line: &str) -> Output {
    let folder = Path::new(BINARY).parent().expect("a folder").display();
    let path = std::env::var("PATH").expect("a path");
    Command::new("sh")
        .args(["-c", line])
        .env_clear()
        .env("PATH", format!("{folder}:{path}"))
        .env("DATABASE_URL", url)
        .env("SECRET_KEY", SECRET_KEY)
        .output()
        .expect("a shell")
}

fn succeed(url: &str, line: &str) -> String {
    let output = run(url, line);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The commands of the part about installing.
fn told_commands() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md"))
        .expect("the document");
    let part =
        text.split("\n## Installing\n").nth(1).expect("the part").split("\n## ").next().expect("its end");
    let blocks = part.split("```").skip(1).step_by(2).map(|block| block.trim_start_matches("sh"));
    blocks
        .flat_map(str::lines)
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

on_both! {
    fn the_first_installation_goes_as_it_is_told(server) {
        let database = server.empty_database();
        let commands = told_commands();
        assert_eq!(commands.len(), 3, "{commands:?}");
        for line in &commands {
            succeed(&database.url, line);
        }
        let users = succeed(&database.url, "beschikbaarheidswijzer user list");
        assert!(users.contains("Regio Noord-Veluwe  [beheerder]"), "{users}");
        let again = succeed(&database.url, "beschikbaarheidswijzer seed --reference");
        assert_eq!(again, "0 municipalities, 0 postcodes added\n", "what is there stays as it is");
    }
}

on_both! {
    fn all_that_is_wrong_with_a_region_is_told(server) {
        let line = "beschikbaarheidswijzer region add noord-veluwe --name ' ' --municipality GM0001 --municipality GM0243 --municipality GM0243";
        let output = run(server.database_url(), line);
        assert!(!output.status.success());
        let told = String::from_utf8(output.stderr).expect("text");
        let fields: Vec<&str> = told.lines().filter_map(|line| line.split_once(':')).map(|(field, _)| field).collect();
        assert_eq!(fields, ["code", "naam", "gemeente", "gemeente"], "{told}");
    }
}
