//! What a template mentions, without rendering it: for whoever checks it.

use std::{collections::BTreeSet, rc::Rc};

use super::{
    Dialect, Template,
    filters::is_known,
    syntax::{Arguments, Expression, FilterCall, Kind, Macro, Node, Operator, Parameter, TestKind},
};

/// What a template mentions.
#[derive(Debug, Default)]
pub struct Mentions {
    /// The variables it reads that it does not make itself.
    pub variables: Vec<Mention>,
    /// What is there but does not do what it seems to.
    pub remarks: Vec<Remark>,
}

/// A variable, and the members it is asked for as far as they are written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// `parameters.owner` is `["parameters", "owner"]`.
    pub path: Vec<String>,
    /// Byte of the template.
    pub at: usize,
}

/// Something doubtful, at a byte of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What it is.
    pub kind: RemarkKind,
    /// Byte of the template.
    pub at: usize,
}

/// What is doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemarkKind {
    /// There is no such filter.
    UnknownFilter(String),
    /// There is no such test.
    UnknownTest(String),
    /// What follows `is` is no name, so it never holds.
    NoTest,
    /// `not a == b` is `(not a) == b`.
    NotBindsLeft,
    /// `safe` and `escape` make values whose kind only Backstage's engine knows.
    SafeText(String),
}

impl Template {
    /// What the template mentions.
    #[must_use]
    pub fn mentions(&self) -> Mentions {
        let mut visit = Visit {
            dialect: self.syntax.dialect,
            ..Visit::default()
        };
        visit.nodes(&self.nodes, &self.macros);
        let own = visit.own;
        let mut mentions = visit.mentions;
        let is_foreign =
            |mention: &Mention| mention.path.first().is_none_or(|root| !own.contains(root));
        mentions.variables.retain(is_foreign);
        mentions
    }

    /// Whether anything in it is to be evaluated.
    #[must_use]
    pub fn is_plain_text(&self) -> bool {
        self.nodes.iter().all(|node| matches!(node, Node::Text(_)))
    }

    /// Whether it is one output or tag and nothing else, so that its value can be other than text.
    #[must_use]
    pub fn is_lone_value(&self) -> bool {
        matches!(&*self.nodes, [node] if !matches!(node, Node::Text(_)))
    }
}

#[derive(Default)]
struct Visit {
    dialect: Dialect,
    mentions: Mentions,
    /// Names the template makes, wherever: loops, `set`, macros and their parameters.
    own: BTreeSet<String>,
}

impl Visit {
    fn nodes(&mut self, nodes: &[Node], macros: &[Macro]) {
        for node in nodes {
            self.node(node, macros);
        }
    }

    fn node(&mut self, node: &Node, macros: &[Macro]) {
        match node {
            Node::Text(_) => {}
            Node::Output(value, _) => self.expression(value),
            Node::If(branches, otherwise) => {
                for branch in branches {
                    self.expression(&branch.condition);
                    self.nodes(&branch.body, macros);
                }
                self.nodes(otherwise, macros);
            }
            Node::For(each) => {
                self.expression(&each.items);
                self.makes(&each.targets);
                self.makes(&["loop".into()]);
                self.nodes(&each.body, macros);
                self.nodes(&each.otherwise, macros);
            }
            Node::Set(targets, value) => {
                self.makes(targets);
                self.expression(value);
            }
            Node::SetBlock(targets, body) => {
                self.makes(targets);
                self.nodes(body, macros);
            }
            Node::Macro(index) => self.macro_of(*index, macros),
            Node::Call(call, block) => {
                self.expression(&call.callee);
                self.arguments(&call.arguments);
                self.macro_of(*block, macros);
            }
            Node::Filter(filter, body) => {
                self.filter(filter);
                self.nodes(body, macros);
            }
            Node::Block(body) => self.nodes(body, macros),
            Node::Switch(switch) => {
                self.expression(&switch.value);
                for case in &switch.cases {
                    self.expression(&case.condition);
                    self.nodes(&case.body, macros);
                }
                self.nodes(&switch.default, macros);
            }
        }
    }

    fn macro_of(&mut self, index: usize, macros: &[Macro]) {
        let Some(definition) = macros.get(index) else {
            return;
        };
        self.makes(&[Rc::clone(&definition.name), "caller".into()]);
        for Parameter { name, default } in &definition.parameters {
            self.makes(&[Rc::clone(name)]);
            if let Some(default) = default {
                self.expression(default);
            }
        }
        self.nodes(&definition.body, macros);
    }

    fn makes(&mut self, names: &[Rc<str>]) {
        self.own.extend(names.iter().map(ToString::to_string));
    }

    fn expression(&mut self, expression: &Expression) {
        if let Some(mention) = mention_of(expression) {
            self.mentions.variables.push(mention);
        }
        match &expression.kind {
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::Pattern(_)
            | Kind::Name(_) => {}
            Kind::List(parts) | Kind::Group(parts) => self.expressions(parts),
            Kind::Map(entries) => entries.iter().for_each(|(_, part)| self.expression(part)),
            Kind::Member(of, key) => self.member(of, key),
            Kind::Slice(of, parts) => {
                self.expression(of);
                parts
                    .iter()
                    .flatten()
                    .for_each(|part| self.expression(part));
            }
            Kind::Call(call) => {
                self.expression(&call.callee);
                self.arguments(&call.arguments);
            }
            Kind::Filter(input, filter) => {
                self.expression(input);
                self.filter(filter);
            }
            Kind::Test(input, test) => {
                self.expression(input);
                self.arguments(&test.arguments);
                match test.predicate {
                    TestKind::Known(_) => {}
                    TestKind::Unknown => {
                        self.remark(RemarkKind::UnknownTest(test.name.to_string()), test.at);
                    }
                    TestKind::NoName => self.remark(RemarkKind::NoTest, test.at),
                }
            }
            Kind::Sign(_, operand) | Kind::Not(operand) => self.expression(operand),
            Kind::Binary(operator, left, right) => {
                let compares = !matches!(operator, Operator::Or | Operator::And);
                if compares && matches!(left.kind, Kind::Not(_)) {
                    self.remark(RemarkKind::NotBindsLeft, left.at);
                }
                self.expression(left);
                self.expression(right);
            }
            Kind::Choice(choice) => {
                self.expression(&choice.condition);
                self.expression(&choice.then);
                choice
                    .otherwise
                    .iter()
                    .for_each(|part| self.expression(part));
            }
        }
    }

    /// A member that is written out has been mentioned with what it is a member of.
    fn member(&mut self, of: &Expression, key: &Expression) {
        if !matches!(key.kind, Kind::Text(_)) {
            self.expression(key);
        } else if mention_of(of).is_some() {
            // Only what is computed on the way is left to be seen, and there is nothing.
            return;
        }
        self.expression(of);
    }

    fn expressions(&mut self, parts: &[Expression]) {
        for part in parts {
            self.expression(part);
        }
    }

    fn arguments(&mut self, arguments: &Arguments) {
        self.expressions(&arguments.positional);
        arguments
            .named
            .iter()
            .for_each(|(_, part)| self.expression(part));
    }

    fn filter(&mut self, filter: &FilterCall) {
        self.arguments(&filter.arguments);
        let name = filter.name.to_string();
        if !is_known(&name, self.dialect) {
            self.remark(RemarkKind::UnknownFilter(name), filter.at);
        } else if matches!(&*name, "safe" | "escape" | "e" | "forceescape") {
            self.remark(RemarkKind::SafeText(name), filter.at);
        }
    }

    fn remark(&mut self, kind: RemarkKind, at: usize) {
        self.mentions.remarks.push(Remark { kind, at });
    }
}

/// The variable an expression is, with the members that are written out.
fn mention_of(expression: &Expression) -> Option<Mention> {
    match &expression.kind {
        Kind::Name(name) => Some(Mention {
            path: vec![name.to_string()],
            at: expression.at,
        }),
        Kind::Member(of, key) => {
            let mut mention = mention_of(of)?;
            let Kind::Text(key) = &key.kind else {
                return None;
            };
            mention.path.push(key.to_string());
            Some(mention)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Syntax;
    use super::{RemarkKind, Template};

    fn mentions(template: &str) -> super::Mentions {
        Template::parse(template, Syntax::default())
            .unwrap()
            .mentions()
    }

    #[test]
    fn variables_are_mentioned_with_their_members_and_own_ones_are_not() {
        let template = "{% set own = parameters.a %}{% for x in steps['b-c'].output.list %}${{ x.y }}${{ own }}{% endfor %}\
            ${{ parameters[user.ref].z if not each.value else secrets.t.trim() }}";
        let paths: Vec<String> = mentions(template)
            .variables
            .iter()
            .map(|mention| mention.path.join("."))
            .collect();
        assert_eq!(
            paths,
            [
                "parameters.a",
                "steps.b-c.output.list",
                "each.value",
                "user.ref",
                "parameters",
                "secrets.t.trim"
            ]
        );
    }

    #[test]
    fn doubtful_things_are_remarked() {
        let remarks = mentions(
            "${{ not a == b }}${{ a | map }}${{ 1 is foo }}${{ 1 is (even) }}${{ a | safe }}",
        )
        .remarks;
        let kinds: Vec<RemarkKind> = remarks.into_iter().map(|remark| remark.kind).collect();
        assert_eq!(
            kinds,
            [
                RemarkKind::NotBindsLeft,
                RemarkKind::UnknownFilter("map".to_owned()),
                RemarkKind::UnknownTest("foo".to_owned()),
                RemarkKind::NoTest,
                RemarkKind::SafeText("safe".to_owned()),
            ]
        );
        assert!(
            mentions("${{ (not a) == b or not (a == b) }}")
                .remarks
                .is_empty()
        );
    }
}
