//! Installing as docs/operating.md says it, on an empty database.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::on_both;
use crate::support::SECRET_KEY;

const BINARY: &str = env!("CARGO_BIN_EXE_beschikbaarheidswijzer");

/// Where the settings of a service are.
const SETTINGS: &str = "/etc/beschikbaarheidswijzer.toml";

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of the project")
}

/// Runs a line of a shell with nothing in its environment but the program in its path.
fn run(line: &str, environment: &[(&str, &str)]) -> Output {
    let folder = Path::new(BINARY).parent().expect("a folder").display();
    let path = std::env::var("PATH").expect("a path");
    Command::new("sh")
        .args(["-c", line])
        .env_clear()
        .env("PATH", format!("{folder}:{path}"))
        .envs(environment.iter().copied())
        .output()
        .expect("a shell")
}

fn succeed(line: &str) -> String {
    let output = run(line, &[]);
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The settings that the project gives as an example, with this database and a folder for what else is kept.
fn settings(database_url: &str, folder: &Path) -> PathBuf {
    let example = file("deploy/beschikbaarheidswijzer.toml");
    let line = |name: &str, value: &str| {
        let start = format!("{name} = ");
        let told = example.lines().find(|line| line.starts_with(&start));
        (told.unwrap_or_else(|| panic!("no {name} in the example")).to_owned(), format!("{start}{value:?}"))
    };
    let key = folder.join("secret.key");
    let changes = [line("database_url", database_url), line("secret_key_file", &key.display().to_string())];
    let text = changes.iter().fold(example.clone(), |text, (old, new)| text.replace(old, new));
    let path = folder.join("settings.toml");
    std::fs::write(&path, text).expect("a file");
    path
}

/// The commands of the part about installing.
fn told_commands() -> Vec<String> {
    let text = file("docs/operating.md");
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
        let folder = tempfile::tempdir().expect("a folder");
        let settings = settings(&database.url, folder.path()).display().to_string();
        // The unit brings up the schema before anything else.
        succeed(&format!("beschikbaarheidswijzer --config {settings} migrate"));
        for line in &commands {
            assert!(line.contains(SETTINGS), "it would work on another database than the service: {line}");
            succeed(&line.replace(SETTINGS, &settings));
        }
        let users = succeed(&format!("beschikbaarheidswijzer --config {settings} user list"));
        assert!(users.contains("Regio Noord-Veluwe  [beheerder]"), "{users}");
        let again = succeed(&format!("beschikbaarheidswijzer --config {settings} seed --reference"));
        assert_eq!(again, "0 municipalities, 0 postcodes added\n", "what is there stays as it is");
    }
}

#[test]
fn the_service_has_its_settings_in_the_file_that_commands_use_too() {
    let (unit, readme) = (file("deploy/beschikbaarheidswijzer.service"), file("README.md"));
    assert!(unit.contains(&format!("LoadCredential=settings.toml:{SETTINGS}")), "{unit}");
    let settings: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .filter(|name| *name != "BESCHIKBAARHEIDSWIJZER_CONFIG")
        .collect();
    assert!(settings.contains(&"DATABASE_URL") && settings.len() > 20, "{settings:?}");
    for name in settings {
        assert!(!unit.contains(&format!("Environment={name}=")), "{name} would win from the file");
    }
}

on_both! {
    fn all_that_is_wrong_with_a_region_is_told(server) {
        let line = "beschikbaarheidswijzer region add noord-veluwe --name ' ' --municipality GM0001 --municipality GM0243 --municipality GM0243";
        let environment = [("DATABASE_URL", server.database_url()), ("SECRET_KEY", SECRET_KEY)];
        let output = run(line, &environment);
        assert!(!output.status.success());
        let told = String::from_utf8(output.stderr).expect("text");
        let fields: Vec<&str> = told.lines().filter_map(|line| line.split_once(':')).map(|(field, _)| field).collect();
        assert_eq!(fields, ["code", "naam", "gemeente", "gemeente"], "{told}");
    }
}
