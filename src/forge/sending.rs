//! A call on its way: its turn, its attempts, and what is made of their answers.
//!
//! Bodies and times are bounded. A call is repeated only where that cannot do a thing twice: when the host was
//! not reached or refused to take it, or when the method is idempotent by HTTP.

use std::time::Duration;

use reqwest::Method;
use tracing::debug;

use super::{
    ForgeError, ForgeErrorKind, Result,
    answer::{self, Answer},
    call::Call,
    lane::MAX_WAIT,
};

/// Doubled with every attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// What one attempt came to.
enum Attempt {
    Answered(Answer),
    /// It may be tried again after so long.
    Again(ForgeError, Duration),
}

impl Call<'_> {
    /// The answer: a success, or 304.
    pub(super) async fn send(self) -> Result<Answer> {
        let retries = self.client.integration().retry.max_retries;
        let mut attempts = 0;
        loop {
            match self.attempt(attempts).await? {
                Attempt::Answered(answer) => return Ok(answer),
                Attempt::Again(fault, _) if attempts >= retries => {
                    if fault.kind == ForgeErrorKind::Unreachable {
                        self.client.lane().is_down(self.client.clock());
                    }
                    return Err(fault);
                }
                Attempt::Again(_, pause) => tokio::time::sleep(pause).await,
            }
            attempts += 1;
        }
    }

    async fn attempt(&self, attempts: u32) -> Result<Attempt> {
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(attempts);
        let _turn = self.client.lane().turn(self.client.clock()).await?;
        let response = match self.fetch().await {
            Ok(response) => response,
            Err(fault) if fault.kind == ForgeErrorKind::Unreachable || self.is_idempotent() => {
                return Ok(Attempt::Again(fault, pause));
            }
            Err(fault) => return Err(fault),
        };
        let status = response.status().as_u16();
        debug!(
            host = self.client.host(),
            status,
            "{} {} {status}",
            self.method,
            self.url.path()
        );
        if let Some(wait) = answer::asked_wait(&response, self.client.clock().now()) {
            return self.wait_for(wait);
        }
        let is_passing = self
            .client
            .integration()
            .retry
            .status_codes
            .contains(&status);
        let received = match answer::receive(response, self.limit).await {
            Ok(received) => received,
            Err(cause) => return self.broken_off(&cause, pause),
        };
        if received.is_secondary_limit() {
            return self.wait_for(answer::UNSAID_WAIT);
        }
        if let Some(key) = self.client.exchanged_key().filter(|_| status == 401) {
            self.client.tokens().forget(key).await;
        }
        match received.judge(
            self.client.integration(),
            &self.about,
            self.authorization.as_ref(),
        ) {
            Ok(answer) => Ok(Attempt::Answered(answer)),
            Err(fault) if is_passing && self.is_idempotent() => Ok(Attempt::Again(fault, pause)),
            Err(fault) => Err(fault),
        }
    }

    /// The host wants to be left alone for so long.
    fn wait_for(&self, wait: Duration) -> Result<Attempt> {
        let until = self.client.lane().quiet_for(self.client.clock(), wait);
        let fault = ForgeError::rate_limited(self.client.host(), until, wait);
        // The lane waits for it; beyond its bound, nobody does.
        if wait > MAX_WAIT {
            Err(fault)
        } else {
            Ok(Attempt::Again(fault, Duration::ZERO))
        }
    }

    fn is_idempotent(&self) -> bool {
        matches!(
            self.method,
            Method::GET | Method::HEAD | Method::PUT | Method::DELETE
        )
    }

    /// No answer came. Where no connection was made, nothing was done.
    pub(super) fn lost(&self, fault: &reqwest::Error) -> ForgeError {
        let cause = root_cause(fault);
        if fault.is_connect() {
            return self.client.lane().unreachable(&cause);
        }
        let host = self.client.host();
        let cause = if fault.is_timeout() {
            format!("no answer within {} s", self.timeout.as_secs())
        } else {
            cause
        };
        ForgeError::new(
            ForgeErrorKind::AnswerLost,
            host,
            format!("{host} did not answer: {cause}."),
            "See whether the host is well, and whether it was done.",
        )
    }

    fn broken_off(&self, cause: &answer::BrokenOff, pause: Duration) -> Result<Attempt> {
        match cause {
            answer::BrokenOff::TooLarge => Err(ForgeError::too_large(
                self.client.host(),
                &format!("The {}", self.about),
                self.limit,
            )),
            answer::BrokenOff::Lost(fault) => {
                let fault = self.lost(fault);
                if self.is_idempotent() {
                    Ok(Attempt::Again(fault, pause))
                } else {
                    Err(fault)
                }
            }
        }
    }
}

/// The innermost cause of a failed request: it names no address, and so no secret.
pub(super) fn root_cause(fault: &dyn std::error::Error) -> String {
    let mut cause = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
