//! How many steps are executed at once, and whose turn it is: users take turns, whoever asked for more.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// Lets so many in at once. Cheap to clone.
#[derive(Clone)]
pub(super) struct Fair(Arc<Mutex<State>>);

struct State {
    free: usize,
    /// Who waits, in the order of turns; nobody's queue is empty.
    waiting: VecDeque<(String, VecDeque<oneshot::Sender<Permit>>)>,
}

/// Held while a step is executed.
pub(super) struct Permit(Option<Fair>);

impl Fair {
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: limit,
            waiting: VecDeque::new(),
        })))
    }

    /// Waits for a turn of somebody.
    pub(super) async fn turn(&self, user: &str) -> Permit {
        let waiting = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Permit(Some(self.clone()));
            }
            let (sender, receiver) = oneshot::channel();
            let queue = state.waiting.iter_mut().find(|(other, _)| other == user);
            match queue {
                Some((_, queue)) => queue.push_back(sender),
                None => state
                    .waiting
                    .push_back((user.to_owned(), VecDeque::from([sender]))),
            }
            receiver
        };
        // The sender is dropped only when it has sent.
        waiting.await.unwrap_or(Permit(None))
    }

    /// Gives a place to the next who still waits.
    fn pass_on(&self) {
        loop {
            let next = self.next();
            let Some(next) = next else { return };
            let Err(mut unwanted) = next.send(Permit(Some(self.clone()))) else {
                return;
            };
            unwanted.0 = None;
        }
    }

    /// Whose turn it is; if nobody waits, the place is free.
    fn next(&self) -> Option<oneshot::Sender<Permit>> {
        let mut state = self.state();
        let Some((user, mut queue)) = state.waiting.pop_front() else {
            state.free += 1;
            return None;
        };
        let next = queue.pop_front();
        if !queue.is_empty() {
            state.waiting.push_back((user, queue));
        }
        next
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is in there is whole after every change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(fair) = self.0.take() {
            fair.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn users_take_turns() {
        let fair = Fair::new(1);
        let first = fair.turn("ana").await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for user in ["ana", "ana", "ana", "ben", "cora"] {
            let (fair, order) = (fair.clone(), Arc::clone(&order));
            waiting.push(tokio::spawn(async move {
                let _permit = fair.turn(user).await;
                order.lock().expect("not poisoned").push(user);
            }));
            tokio::task::yield_now().await;
        }
        // Somebody who does not wait any more loses no place.
        waiting.remove(1).abort();
        tokio::task::yield_now().await;
        drop(first);
        for task in waiting {
            task.await.expect("it ends");
        }
        assert_eq!(
            *order.lock().expect("not poisoned"),
            ["ana", "ben", "cora", "ana"]
        );
        drop(fair.turn("dan").await);
        assert_eq!(fair.state().free, 1);
    }
}
