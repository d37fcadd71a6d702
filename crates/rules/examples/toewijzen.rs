//! The command `toewijzen` by itself, to measure the solver without the rest of the program.

use std::path::Path;
use std::process::ExitCode;

#[path = "../../../src/command_line/assign.rs"]
mod assign;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (problem, answer, besides) = match args[..] {
        [problem, answer] => (problem, answer, assign::Besides::Nothing),
        [problem, answer, "--classes"] => (problem, answer, assign::Besides::Classes),
        [problem, answer, "--changes", file] => (problem, answer, assign::Besides::Changes(file.into())),
        [problem, answer, "--stdin"] => (problem, answer, assign::Besides::Session),
        _ => {
            eprintln!("toewijzen PROBLEM ANSWER [--classes | --changes FILE | --stdin]");
            return ExitCode::from(2);
        }
    };
    match assign::run(Path::new(problem), Path::new(answer), &besides) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if error.is::<assign::BadInput>() { 2 } else { 1 })
        }
    }
}
