//! A parsed template, to be rendered as often as needed.

use std::cell::Cell;

use super::{
    ExpressionError, Setting, Syntax,
    budget::{Budget, MAX_SOURCE},
    error::{Fault, Located, Result},
    evaluate::{Evaluation, Tools},
    json::to_json,
    parse_tags::parse,
    scan::scan,
    scopes::Scopes,
    syntax::{Macro, Node},
};

/// A template.
#[derive(Debug)]
pub struct Template {
    pub(super) source: Box<str>,
    pub(super) nodes: Vec<Node>,
    pub(super) macros: Vec<Macro>,
    pub(super) syntax: Syntax,
}

impl Template {
    /// Parses a template of at most 4 MiB. The error says what is wrong, and where.
    pub fn parse(source: &str, syntax: Syntax) -> std::result::Result<Self, ExpressionError> {
        if source.len() > MAX_SOURCE {
            let told = format!("The template is larger than {} MiB", MAX_SOURCE >> 20);
            return Err(Fault::new(told).into_error(source));
        }
        let budget = Budget::new();
        let parsed = scan(source, syntax).and_then(|pieces| parse(source, pieces, &budget));
        let parsed = parsed.map_err(|fault| fault.into_error(source))?;
        Ok(Self {
            source: source.into(),
            nodes: parsed.nodes,
            macros: parsed.macros,
            syntax,
        })
    }

    /// Renders to text, at most 16 MiB.
    pub fn render(&self, setting: &Setting<'_>) -> std::result::Result<String, ExpressionError> {
        self.evaluated(setting, text_of)
    }

    /// The value for a step's input: a lone `${{ … }}` keeps its type, a lone tag whose output is JSON becomes what
    /// it says, everything else is text. `None`: undefined, so that the key disappears.
    ///
    /// Backstage: scaffolder-backend, `SecureTemplater` with JSON coercion.
    pub fn value(
        &self,
        setting: &Setting<'_>,
    ) -> std::result::Result<Option<serde_json::Value>, ExpressionError> {
        match &*self.nodes {
            [] => Ok(None),
            [Node::Output(..)] => self.evaluated(setting, native_value),
            [Node::Text(_)] => self.render(setting).map(|text| Some(text.into())),
            [_] => self.tag_value(setting),
            _ => self.render(setting).map(|text| Some(text.into())),
        }
    }

    /// What a lone tag puts out, with every output in it written as JSON, if that is JSON; else its text.
    fn tag_value(
        &self,
        setting: &Setting<'_>,
    ) -> std::result::Result<Option<serde_json::Value>, ExpressionError> {
        let json = self.evaluated(setting, |evaluation, nodes| {
            evaluation.prints_json = true;
            text_of(evaluation, nodes)
        });
        match json {
            Ok(json) if json.is_empty() => Ok(None),
            json => match json.ok().and_then(|json| serde_json::from_str(&json).ok()) {
                Some(value) => Ok(Some(value)),
                None => self.render(setting).map(|text| Some(text.into())),
            },
        }
    }

    fn evaluated<T>(
        &self,
        setting: &Setting<'_>,
        evaluate: impl for<'t> FnOnce(&mut Evaluation<'t>, &'t [Node]) -> Result<T>,
    ) -> std::result::Result<T, ExpressionError> {
        let tools = Tools {
            budget: Budget::new(),
            setting,
            dialect: self.syntax.dialect,
            // The generator would stay at zero.
            random: Cell::new(setting.seed | 1),
        };
        let mut evaluation = Evaluation {
            template: self,
            tools: &tools,
            scopes: Scopes::new(setting.variables),
            callers: Vec::new(),
            prints_json: false,
        };
        evaluate(&mut evaluation, &self.nodes).map_err(|fault| fault.into_error(&self.source))
    }

    pub(super) fn macro_at(&self, index: usize) -> Result<&Macro> {
        self.macros
            .get(index)
            .ok_or_else(|| Fault::new("There is no such macro"))
    }
}

fn text_of<'t>(evaluation: &mut Evaluation<'t>, nodes: &'t [Node]) -> Result<String> {
    let mut out = String::new();
    evaluation.render(nodes, &mut out)?;
    Ok(out)
}

/// The value of a lone output.
fn native_value<'t>(
    evaluation: &mut Evaluation<'t>,
    nodes: &'t [Node],
) -> Result<Option<serde_json::Value>> {
    let [Node::Output(expression, at)] = nodes else {
        return Ok(None);
    };
    let value = evaluation.value(expression)?;
    to_json(&value, &evaluation.tools.budget).or_at(*at)
}
