//! The real program, killed with SIGKILL in the middle of runs that work on Gitea.

use crate::support::kills::Killing;

/// `cargo bench --bench runs -- kills 200` does more.
const KILLS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn killed_at_any_moment_everything_is_made_once_and_taken_back() {
    let mut killing = Killing::prepare(20_261_125).await;
    println!("undisturbed: {:?}", killing.undisturbed);
    let mut interrupted = 0;
    for number in 0..KILLS {
        let round = killing.round(number).await;
        interrupted += usize::from(round.step.is_some());
        println!(
            "{number}: in {:?}, meaning {:?}, recovered in {:?}",
            round.step, round.intended, round.recovered_in
        );
    }
    assert!(interrupted > KILLS / 4, "only {interrupted} in the middle");
}
