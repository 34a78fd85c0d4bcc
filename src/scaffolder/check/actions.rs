//! The actions there are, as far as a check needs to know them.

use std::{collections::BTreeMap, sync::LazyLock};

/// `id | input | output`, one action a line; what the marks mean stands at its head.
const TABLE: &str = include_str!("actions.txt");

static ACTIONS: LazyLock<BTreeMap<&'static str, ActionNames>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(ActionNames::parse).collect()
});

/// The names an action knows.
#[derive(Debug)]
pub(super) struct ActionNames {
    /// Each with the names that may stand for it; the first that must be given are alternatives.
    pub(super) required: Vec<Vec<&'static str>>,
    inputs: Vec<&'static str>,
    outputs: Vec<&'static str>,
}

/// What stands for names that are not listed.
const OTHERS: &str = "...";

impl ActionNames {
    fn parse(line: &'static str) -> Option<(&'static str, Self)> {
        let mut columns = line.split('|').map(str::trim);
        let id = columns.next().filter(|id| !id.is_empty())?;
        let (mut required, mut inputs) = (Vec::new(), Vec::new());
        for name in columns.next()?.split_whitespace() {
            let alternatives: Vec<&str> = name.trim_end_matches('*').split('/').collect();
            inputs.extend(&alternatives);
            if name.ends_with('*') {
                required.push(alternatives);
            }
        }
        let outputs = columns.next()?.split_whitespace().collect();
        Some((
            id,
            Self {
                required,
                inputs,
                outputs,
            },
        ))
    }

    /// Whether it takes an input of this name.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.inputs
            .iter()
            .any(|known| [name, OTHERS].contains(known))
    }

    /// Whether it puts out something of this name.
    pub(super) fn gives(&self, name: &str) -> bool {
        self.outputs
            .iter()
            .any(|known| [name, OTHERS].contains(known))
    }

    pub(super) fn inputs(&self) -> &[&'static str] {
        &self.inputs
    }

    pub(super) fn outputs(&self) -> &[&'static str] {
        &self.outputs
    }
}

/// The action of this id.
pub(super) fn action(id: &str) -> Option<&'static ActionNames> {
    ACTIONS.get(id)
}

/// The ids of all actions.
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    ACTIONS.keys().copied()
}

/// Whether a step fails when its input has a key the action does not know, as with Backstage's core actions.
/// For others it is a mistake that does no harm: many templates make it.
pub(super) fn refuses_unknown_input(id: &str) -> bool {
    ["catalog:", "debug:", "fetch:", "fs:"]
        .iter()
        .any(|core| id.starts_with(core))
}

#[cfg(test)]
mod tests {
    use super::{TABLE, action, ids};

    #[test]
    fn every_line_of_the_table_is_an_action() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), ids().count());
        let fetch = action("fetch:template").unwrap();
        assert_eq!(fetch.required, [["url"]]);
        assert!(fetch.takes("values") && !fetch.takes("parameters"));
        let register = action("catalog:register").unwrap();
        assert_eq!(register.required, [["catalogInfoUrl", "repoContentsUrl"]]);
        assert!(register.gives("entityRef") && !register.gives("url"));
        assert!(action("kube:apply").unwrap().takes("manifest"));
    }
}
