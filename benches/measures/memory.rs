//! Memory of the program itself, some seconds after the start and after a thousand searches: with the demonstration
//! region, and with as many offers as the table of sizes names. Only where `/proc` tells.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::country::Country;
use crate::support::load::{Client, request};
use crate::support::report::{Line, Wanted};
use crate::support::{Outcome, SECRET_KEY};

const PROGRAM: &str = env!("CARGO_BIN_EXE_beschikbaarheidswijzer");
const SEARCHES: usize = 1_000;
/// The most it may be, in MiB: what the table of sizes in docs/operating.md tells people to have.
const DEMONSTRATION: f64 = 60.0;
const PROVINCE: f64 = 64.0;
const WHOLE_COUNTRY: f64 = 256.0;

pub fn measure(folder: &Path, country: &Country) -> Outcome<Vec<Line>> {
    if !Path::new("/proc/self/status").exists() {
        return Ok(Vec::new());
    }
    let demonstration = format!("sqlite://{}", folder.join("demonstration.sqlite").display());
    let mut lines = of_program("demonstration region", DEMONSTRATION, &demonstration, &["--demo"])?;
    let province = Country::even(folder, 5_000)?;
    for (country, limit) in [(&province, PROVINCE), (country, WHOLE_COUNTRY)] {
        lines.extend(of_program(&format!("{} offers", country.offers), limit, &country.url, &[])?);
    }
    Ok(lines)
}

fn of_program(what: &str, limit: f64, url: &str, options: &[&str]) -> Outcome<Vec<Line>> {
    let program = Program::start(url, options)?;
    std::thread::sleep(Duration::from_secs(5));
    let after_start = program.resident()?;
    program.search()?;
    std::thread::sleep(Duration::from_secs(3));
    let after_searches = program.resident()?;
    let line = |when: &str, mebibytes: f64| {
        let texts = (format!("{mebibytes:.1} MiB"), format!("{limit:.0} MiB"));
        Line::new(format!("memory, {what}, {when}"), texts, mebibytes / limit, Wanted::AtMost(1.0))
    };
    Ok(vec![line("5 s after the start", after_start), line("after 1,000 searches", after_searches)])
}

/// The program, running until dropped.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(url: &str, options: &[&str]) -> Outcome<Self> {
        // A port that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(PROGRAM)
            .args(["serve", "--listen", &address.to_string()])
            .args(options)
            .env_clear()
            .env("DATABASE_URL", url)
            .env("SECRET_KEY", SECRET_KEY)
            // As the unit of systemd has it.
            .env("MALLOC_ARENA_MAX", "2")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut program = Self { child, address };
        let until = Instant::now() + Duration::from_mins(2);
        while !program.is_ready() {
            if Instant::now() > until || program.child.try_wait()?.is_some() {
                return Err("the program did not start".into());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(program)
    }

    fn is_ready(&self) -> bool {
        let answer = Client::connect(self.address).and_then(|mut client| client.ask(&request("/readyz")));
        answer.is_ok_and(|status| status == 200)
    }

    /// Half of it on pages, half by the API, over sixteen connections.
    fn search(&self) -> Outcome<()> {
        let mut clients = (0..16).map(|_| Client::connect(self.address)).collect::<Outcome<Vec<_>>>()?;
        let municipalities = ["GM0233", "GM0243", "GM0267", "GM0302", "GM0273"];
        let products = ["", "52A01", "45A11", "54A03", "angst", "pleegzorg", "autisme"];
        for number in 0..SEARCHES {
            let path = if number % 2 == 0 { "/zoeken" } else { "/v1/aanbod" };
            let (municipality, product) = (municipalities[number % 5], products[number % 7]);
            let query = format!("gemeente={municipality}&product={product}&leeftijd={}", number % 18);
            let answer = clients[number % 16].ask(&request(&format!("{path}?{query}")))?;
            if answer != 200 {
                return Err(format!("{path}?{query}: status {answer}").into());
            }
        }
        Ok(())
    }

    /// Resident memory in MiB.
    fn resident(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes / 1024.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
