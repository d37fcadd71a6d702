//! The program: see `beschikbaarheidswijzer --help`.

fn main() -> std::process::ExitCode {
    beschikbaarheidswijzer::command_line::run()
}
