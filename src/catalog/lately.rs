//! Answers made lately, until the entities change: one page asks for the same text and the same counts several
//! times over, and the next page again.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Answers by what was asked, the newest first, at most so many.
pub(super) struct Lately<Asked, Answer: ?Sized, const KEPT: usize>(
    Mutex<VecDeque<(Asked, Arc<Answer>)>>,
);

impl<Asked: PartialEq, Answer: ?Sized, const KEPT: usize> Lately<Asked, Answer, KEPT> {
    /// What was answered, or what is made now. What is too large to be kept is not.
    pub(super) fn or_make(
        &self,
        asked: Asked,
        make: impl FnOnce(&Asked) -> Arc<Answer>,
        is_kept: impl FnOnce(&Answer) -> bool,
    ) -> Arc<Answer> {
        let known = self.kept().iter().find_map(|(other, answer)| {
            let is_same = *other == asked;
            is_same.then(|| Arc::clone(answer))
        });
        if let Some(answer) = known {
            return answer;
        }
        let answer = make(&asked);
        if is_kept(&answer) {
            let mut kept = self.kept();
            kept.truncate(KEPT - 1);
            kept.push_front((asked, Arc::clone(&answer)));
        }
        answer
    }

    /// Whoever changes the entities calls it.
    pub(super) fn forget(&mut self) {
        let kept = self.0.get_mut();
        kept.unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(Asked, Arc<Answer>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Asked, Answer: ?Sized, const KEPT: usize> Default for Lately<Asked, Answer, KEPT> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Asked, Answer: ?Sized, const KEPT: usize> fmt::Debug for Lately<Asked, Answer, KEPT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lately").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_made_once_until_it_is_forgotten() {
        let mut lately: Lately<u32, str, 2> = Lately::default();
        let made = |text: &'static str| move |_: &u32| Arc::from(text);
        let kept = |_: &str| true;
        assert_eq!(&*lately.or_make(1, made("a"), kept), "a");
        assert_eq!(&*lately.or_make(1, made("b"), kept), "a");
        assert_eq!(&*lately.or_make(2, made("c"), |_| false), "c");
        assert_eq!(&*lately.or_make(2, made("d"), kept), "d");
        assert_eq!(&*lately.or_make(3, made("e"), kept), "e");
        assert_eq!(&*lately.or_make(1, made("f"), kept), "f");
        lately.forget();
        assert_eq!(&*lately.or_make(1, made("g"), kept), "g");
    }
}
