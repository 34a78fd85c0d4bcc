//! `debug:wait`: waits, ten minutes at most.

use futures_util::future::BoxFuture;

use super::{About, Action, ActionCall, Outcome, Wait, schema};
use crate::{
    clock::UnixMillis,
    error::{Error, Result},
};

/// Backstage waits no longer: ten minutes.
const MAX_MS: f64 = 600_000.0;

pub(super) struct DebugWait;

impl Action for DebugWait {
    fn about(&self) -> About {
        let input = "
            minutes: number -- How many minutes
            seconds: number -- How many seconds
            milliseconds: number -- How many milliseconds
        ";
        About::new(
            "debug:wait",
            "Waits for a certain period of time, ten minutes at most.",
            schema::fields(input),
        )
        .example("Wait for five seconds", "seconds: 5\n")
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let ms = duration_ms(call);
            if ms > MAX_MS {
                return Err(Error::Template(
                    "Error",
                    "Waiting duration is longer than the maximum threshold of 0 hours, 10 minutes, 0 seconds".to_owned(),
                ));
            }
            if call.answer.is_some() || ms <= 0.0 {
                return Ok(Outcome::nothing());
            }
            // Backstage's says nothing meanwhile.
            Ok(Outcome::Wait(Wait {
                kind: "timer".to_owned(),
                question: format!("Waiting for {} seconds", ms / 1000.0),
                due_at: Some(after(call, ms)),
            }))
        })
    }
}

fn duration_ms(call: &ActionCall<'_>) -> f64 {
    let parts = [
        ("minutes", 60_000.0),
        ("seconds", 1000.0),
        ("milliseconds", 1.0),
    ];
    let part = |(key, unit): (&str, f64)| call.input[key].as_f64().unwrap_or(0.0) * unit;
    parts.into_iter().map(part).sum()
}

/// The instant so many milliseconds from now.
pub(super) fn after(call: &ActionCall<'_>, ms: f64) -> UnixMillis {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number of milliseconds far below 2^53; casts saturate"
    )]
    let ms = ms.ceil() as i64;
    UnixMillis(call.services.clock.now().0.saturating_add(ms))
}
