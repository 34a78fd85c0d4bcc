//! Effects as the journal keeps them: JSON, without the secrets of the run.

use serde_json::Value;

use crate::{
    error::{Error, Result},
    scaffolder::{
        actions::Mask,
        effects::{Effect, STARS},
    },
    store::RunEffect,
};

/// An effect as its row holds it.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) target: String,
    /// Whether it is all there: else only the step that asks for it can do it again.
    pub(super) is_whole: bool,
}

impl Written {
    pub(super) fn new(effect: &Effect, mask: &Mask) -> Result<Self> {
        let whole = serde_json::to_value(effect).map_err(Error::internal)?;
        let mut masked = whole.clone();
        if let Value::Object(parts) = &mut masked {
            let parts = parts.iter_mut().filter(|(name, _)| *name != "kind");
            parts.for_each(|(_, part)| mask_texts(part, mask));
        }
        Ok(Self {
            text: masked.to_string(),
            target: mask.text(&effect.target()),
            is_whole: masked == whole && !effect.holds_secret(),
        })
    }
}

/// The names of fields stay: what is kept must be read again.
fn mask_texts(value: &mut Value, mask: &Mask) {
    match value {
        Value::String(text) => *text = mask.text(text),
        Value::Array(list) => list.iter_mut().for_each(|item| mask_texts(item, mask)),
        Value::Object(map) => map.values_mut().for_each(|item| mask_texts(item, mask)),
        _ => {}
    }
}

/// The effect of a row; where a secret stood in it, there are stars.
pub(super) fn effect_of(row: &RunEffect) -> Result<Effect> {
    serde_json::from_str(&row.effect).map_err(Error::internal)
}

/// Whether what it was done to is not known any more.
pub(super) fn is_target_masked(row: &RunEffect) -> bool {
    row.target.contains(STARS)
}

/// What was there before.
pub(super) fn observed_of(row: &RunEffect) -> Result<Value> {
    serde_json::from_str(&row.observed).map_err(Error::internal)
}

/// What came of an effect; null if it is not known.
pub(super) fn outcome_of(row: &RunEffect) -> Result<Value> {
    match &row.outcome {
        Some(text) => serde_json::from_str(text).map_err(Error::internal),
        None => Ok(Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Secret,
        forge::RepositoryId,
        scaffolder::effects::{CreateWebhook, SetSecret},
    };

    #[test]
    fn no_secret_is_written_and_the_rest_is_read_again() {
        let mask = Mask::new(["webhook".to_owned(), "s3cret".to_owned()]);
        let webhook = Effect::Webhook(CreateWebhook {
            host: "git.example.com".to_owned(),
            repository: RepositoryId::new("acme", "shop"),
            url: "https://chat.example.com/s3cret".to_owned(),
            events: vec!["push".to_owned()],
            is_active: true,
            secret: None,
        });
        let written = Written::new(&webhook, &mask).expect("written");
        assert!(!written.is_whole && !written.text.contains("s3cret"));
        let read: Effect = serde_json::from_str(&written.text).expect("read again");
        assert_eq!(read.kind(), "webhook");
        assert!(
            Written::new(&webhook, &Mask::default())
                .expect("written")
                .is_whole
        );

        let secret = Effect::Secret(SetSecret {
            host: "git.example.com".to_owned(),
            repository: RepositoryId::new("acme", "shop"),
            name: "KEY".to_owned(),
            value: Some(Secret::new("not known to the mask")),
        });
        let written = Written::new(&secret, &mask).expect("written");
        assert!(!written.is_whole && !written.text.contains("not known"));
    }
}
