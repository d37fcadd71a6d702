//! The command `toewijzen` by itself, to measure the solver without the rest of the program.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

#[path = "../../../src/command_line/assign.rs"]
mod assign;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    if args[..] == ["--stdin"] {
        return told(assign::pipe());
    }
    let (problem, answer, besides) = match args[..] {
        [problem, answer] => (problem, answer, assign::Besides::Nothing),
        [problem, answer, "--classes"] => (problem, answer, assign::Besides::Classes),
        [problem, answer, "--changes", file] => {
            let replay = assign::Replay { file: file.into(), every: None };
            (problem, answer, assign::Besides::Changes(replay))
        }
        [problem, answer, "--stdin"] => (problem, answer, assign::Besides::Session),
        _ => {
            eprintln!(
                "toewijzen PROBLEM ANSWER [--classes | --changes FILE | --stdin], or toewijzen --stdin"
            );
            return ExitCode::from(2);
        }
    };
    told(assign::run(Path::new(problem), Path::new(answer), &besides))
}

fn told(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if error.is::<assign::BadInput>() { 2 } else { 1 })
        }
    }
}
