//! What a template is once parsed.

use std::{ops::Range, rc::Rc};

use super::{filters::Filter, pattern::Pattern, predicates::Predicate};

/// A piece of a template.
#[derive(Debug)]
pub(super) enum Node {
    /// Bytes of the source, as they are.
    Text(Range<usize>),
    /// `${{ … }}`, and where it begins.
    Output(Expression, usize),
    /// `{% if %}` with its `elif`s, and what is left.
    If(Vec<Branch>, Vec<Node>),
    For(Box<For>),
    /// `{% set a, b = … %}`
    Set(Vec<Rc<str>>, Expression),
    /// `{% set a, b %}…{% endset %}`
    SetBlock(Vec<Rc<str>>, Vec<Node>),
    /// Index into the template's macros.
    Macro(usize),
    /// `{% call(x) m() %}…{% endcall %}`; the block is the macro of this index.
    Call(Box<Call>, usize),
    /// `{% filter f(x) %}…{% endfilter %}`
    Filter(FilterCall, Vec<Node>),
    Block(Vec<Node>),
    Switch(Box<Switch>),
}

#[derive(Debug)]
pub(super) struct Branch {
    pub(super) condition: Expression,
    pub(super) body: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct For {
    pub(super) targets: Vec<Rc<str>>,
    pub(super) items: Expression,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Switch {
    pub(super) value: Expression,
    pub(super) cases: Vec<Branch>,
    pub(super) default: Vec<Node>,
}

/// A macro, or the block of a `call`.
#[derive(Debug)]
pub(super) struct Macro {
    pub(super) name: Rc<str>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: Rc<str>,
    pub(super) default: Option<Expression>,
}

/// An expression, and the byte of the source that stands for it in messages.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) kind: Kind,
    pub(super) at: usize,
    /// How many levels it is built of.
    pub(super) depth: usize,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    Pattern(Rc<Pattern>),
    Name(Rc<str>),
    List(Vec<Expression>),
    Map(Vec<(Rc<str>, Expression)>),
    /// `(a, b)`: the last counts.
    Group(Vec<Expression>),
    /// `a.b`, `a[b]`
    Member(Box<Expression>, Box<Expression>),
    /// `a[start:end:step]`
    Slice(Box<Expression>, Box<[Option<Expression>; 3]>),
    Call(Box<Call>),
    Filter(Box<Expression>, Box<FilterCall>),
    /// `a is b`
    Test(Box<Expression>, Box<Test>),
    Sign(Sign, Box<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `then if condition else otherwise`
    Choice(Box<Choice>),
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) condition: Expression,
    pub(super) then: Expression,
    pub(super) otherwise: Option<Expression>,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) callee: Expression,
    pub(super) arguments: Arguments,
}

/// `(a, b, c=d)`
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) positional: Vec<Expression>,
    pub(super) named: Vec<(Rc<str>, Expression)>,
}

#[derive(Debug)]
pub(super) struct FilterCall {
    pub(super) name: Rc<str>,
    /// None: there is no such filter, which matters only when it is reached.
    pub(super) filter: Option<Filter>,
    pub(super) arguments: Arguments,
    pub(super) at: usize,
}

#[derive(Debug)]
pub(super) struct Test {
    pub(super) name: Rc<str>,
    pub(super) predicate: TestKind,
    pub(super) arguments: Arguments,
    pub(super) is_negated: bool,
    pub(super) at: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum TestKind {
    Known(Predicate),
    /// There is no such test, which matters only when it is reached.
    Unknown,
    /// `x is (even)`, `x is even == true`: what follows `is` is no name, so it never holds.
    NoName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    In,
    NotIn,
    Equal,
    NotEqual,
    Same,
    NotSame,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Join,
    Multiply,
    Divide,
    DivideDown,
    Remainder,
    Power,
}

impl Expression {
    /// As messages name it.
    pub(super) fn shown(&self) -> String {
        let Kind::Member(of, key) = &self.kind else {
            return match &self.kind {
                Kind::Name(name) => format!("`{name}`"),
                _ => "This".to_owned(),
            };
        };
        match (&of.kind, &key.kind) {
            (Kind::Name(of), Kind::Text(key)) => format!("`{of}.{key}`"),
            (_, Kind::Text(key)) => format!("`{key}`"),
            _ => "This".to_owned(),
        }
    }
}

impl Kind {
    /// One more level than its parts.
    pub(super) fn depth(&self) -> usize {
        let of = |parts: &[Expression]| parts.iter().map(|part| part.depth).max().unwrap_or(0);
        let below = match self {
            Self::List(parts) | Self::Group(parts) => of(parts),
            Self::Map(entries) => entries
                .iter()
                .map(|(_, part)| part.depth)
                .max()
                .unwrap_or(0),
            Self::Member(a, b) | Self::Binary(_, a, b) => a.depth.max(b.depth),
            Self::Slice(a, parts) => parts
                .iter()
                .flatten()
                .map(|part| part.depth)
                .fold(a.depth, usize::max),
            Self::Call(call) => call.callee.depth.max(call.arguments.depth()),
            Self::Filter(a, filter) => a.depth.max(filter.arguments.depth()),
            Self::Test(a, test) => a.depth.max(test.arguments.depth()),
            Self::Sign(_, a) | Self::Not(a) => a.depth,
            Self::Choice(choice) => {
                let otherwise = choice.otherwise.as_ref().map_or(0, |part| part.depth);
                choice.condition.depth.max(choice.then.depth).max(otherwise)
            }
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Pattern(_)
            | Self::Name(_) => 0,
        };
        below + 1
    }
}

impl Arguments {
    fn depth(&self) -> usize {
        let named = self.named.iter().map(|(_, part)| part);
        self.positional
            .iter()
            .chain(named)
            .map(|part| part.depth)
            .max()
            .unwrap_or(0)
    }
}

impl Operator {
    /// Whether Nunjucks writes it as a JavaScript operator, so that a `not` before it binds to its left side only.
    pub(super) fn is_infix(self) -> bool {
        !matches!(
            self,
            Self::Or | Self::And | Self::In | Self::NotIn | Self::DivideDown | Self::Power
        )
    }
}
