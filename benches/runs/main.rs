//! Template runs of the built program: killed over and over, and many at once.
//!
//!     cargo bench --bench runs -- kills 200 [SEED]   a run of ten steps on a real Gitea, killed at random moments
//!     cargo bench --bench runs -- parallel 200       so many runs started at once, published to the local Git host
//!
//! `kills` needs the real Gitea (`tests/real/build gitea`), and ends with an error where anything is there twice,
//! missing, or left after undo. No figure makes this program fail.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../../tests/it/support/gitea.rs"]
mod gitea;
#[path = "../../tests/it/support/kills.rs"]
mod kills;
mod parallel;
#[path = "../../tests/it/support/program.rs"]
mod program;

use std::{collections::BTreeMap, time::Duration};

use kills::{Killing, Round};

const HELP: &str = "Say what is measured: `kills <count> [seed]` or `parallel <count>`, behind `cargo bench --bench runs --`.";
/// The moments of the kills follow from it.
const SEED: u64 = 20_261_125;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let number = |index: usize| arguments.get(index)?.parse::<u64>().ok();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let count = usize::try_from(number(1).unwrap_or(200))?;
    match arguments.first().map(String::as_str) {
        Some("kills") => runtime.block_on(kill(count, number(2).unwrap_or(SEED))),
        Some("parallel") => runtime.block_on(parallel::measure(count))?,
        // `cargo bench` without a name runs every program there is.
        _ => println!("{HELP}"),
    }
    Ok(())
}

async fn kill(count: usize, seed: u64) {
    let mut killing = Killing::prepare(seed).await;
    println!(
        "{count} kills, seed {seed}; undisturbed, a run takes {:.2} s",
        killing.undisturbed.as_secs_f64()
    );
    let mut rounds = Vec::with_capacity(count);
    for number in 0..count {
        rounds.push(killing.round(number).await);
        if (number + 1) % 20 == 0 {
            println!("{} done", number + 1);
        }
    }
    print_table(&rounds);
}

/// One line a step: how often it was killed there, in the middle of which effects, how long it took to recover.
fn print_table(rounds: &[Round]) {
    let mut by_step: BTreeMap<&str, Vec<&Round>> = BTreeMap::new();
    for round in rounds {
        let step = round.step.as_deref().unwrap_or("(before or behind)");
        by_step.entry(step).or_default().push(round);
    }
    println!(
        "{:<20} {:>6} {:>18} {:>12} {:>12}",
        "killed in", "kills", "with an effect open", "p50 recovery", "max recovery"
    );
    for (step, rounds) in &by_step {
        print_line(step, rounds);
    }
    print_line("all", &rounds.iter().collect::<Vec<_>>());
    println!(
        "Behind each of them: one repository with one commit, one protection, one secret, one webhook, one registration, one pull request; after undo, none of them and everything else as before."
    );
}

fn print_line(step: &str, rounds: &[&Round]) {
    let open = rounds.iter().filter(|round| round.intended.is_some());
    let mut times: Vec<Duration> = rounds.iter().map(|round| round.recovered_in).collect();
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let longest = times.last().copied().unwrap_or_default();
    println!(
        "{step:<20} {:>6} {:>18} {:>10.2} s {:>10.2} s",
        rounds.len(),
        open.count(),
        median.as_secs_f64(),
        longest.as_secs_f64()
    );
}
