//! Fuzzes one door, named by `DOOR`. `SEEDS` is a folder to which what usually comes through is written first.

#![no_main]

#[path = "../../tests/endurance/doors.rs"]
mod doors;

use std::path::Path;
use std::sync::OnceLock;

use doors::Door;
use libfuzzer_sys::fuzz_target;

fn door() -> &'static Door {
    static DOOR: OnceLock<Door> = OnceLock::new();
    DOOR.get_or_init(|| {
        let name = std::env::var("DOOR").expect("DOOR says which");
        doors::ALL.into_iter().chain([doors::BROKEN]).find(|door| door.name == name).expect("a door of this name")
    })
}

fn write_seeds() {
    let Some(folder) = std::env::var_os("SEEDS") else { return };
    for (number, seed) in (door().seeds)().into_iter().enumerate() {
        std::fs::write(Path::new(&folder).join(format!("seed-{number}")), seed).expect("the folder can be written to");
    }
}

fuzz_target!(
    init: write_seeds(),
    |data: &[u8]| {
        (door().enter)(data);
    }
);
