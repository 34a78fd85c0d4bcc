//! The tags of a template, and what stands between them.

use std::{iter::Peekable, rc::Rc, vec};

use super::{
    budget::{Budget, MAX_SYNTAX_DEPTH},
    error::{Fault, Located, Result},
    parser::Parser,
    scan::{Piece, PieceKind},
    syntax::{Branch, For, Kind, Macro, Node, Parameter, Switch},
};

/// What a template consists of.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) nodes: Vec<Node>,
    pub(super) macros: Vec<Macro>,
}

/// Parses the pieces of a template.
pub(super) fn parse(source: &str, pieces: Vec<Piece>, budget: &Budget) -> Result<Parsed> {
    let mut tags = Tags {
        source,
        pieces: pieces.into_iter().peekable(),
        budget,
        macros: Vec::new(),
        blocks: Vec::new(),
        depth: 0,
    };
    let (nodes, end) = tags.nodes()?;
    if let Some(end) = end {
        let told = format!("`{}` closes or divides nothing here", end.name);
        return Err(Fault::at(told, end.at));
    }
    let macros = tags.macros;
    Ok(Parsed { nodes, macros })
}

struct Tags<'s> {
    source: &'s str,
    pieces: Peekable<vec::IntoIter<Piece>>,
    budget: &'s Budget,
    macros: Vec<Macro>,
    /// Names of the blocks so far.
    blocks: Vec<String>,
    depth: usize,
}

/// A tag whose name has been read.
struct Tag<'s> {
    name: String,
    parser: Parser<'s>,
    at: usize,
}

impl Tag<'_> {
    /// Whether it ends or divides what another began.
    fn is_inner(&self) -> bool {
        let divides = matches!(&*self.name, "else" | "elif" | "elseif" | "case" | "default");
        divides || self.name.starts_with("end")
    }
}

impl<'s> Tags<'s> {
    /// Nodes up to a tag that belongs to an outer one, or the end of the template.
    fn nodes(&mut self) -> Result<(Vec<Node>, Option<Tag<'s>>)> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            match piece.kind {
                PieceKind::Text | PieceKind::Raw => nodes.push(Node::Text(piece.body)),
                PieceKind::Output => {
                    let mut parser = Parser::new(self.source, piece.body, self.depth, self.budget)?;
                    let value = parser.expression()?;
                    parser.end()?;
                    nodes.push(Node::Output(value, piece.at));
                }
                PieceKind::Tag => {
                    let tag = self.tag(piece)?;
                    if tag.is_inner() {
                        return Ok((nodes, Some(tag)));
                    }
                    nodes.push(self.node(tag)?);
                }
            }
        }
        Ok((nodes, None))
    }

    fn tag(&self, piece: Piece) -> Result<Tag<'s>> {
        let mut parser = Parser::new(self.source, piece.body, self.depth, self.budget)?;
        let name = parser.name().or_at(piece.at)?;
        let at = piece.at;
        Ok(Tag { name, parser, at })
    }

    fn node(&mut self, tag: Tag<'s>) -> Result<Node> {
        let at = tag.at;
        if self.depth == MAX_SYNTAX_DEPTH {
            let told = format!("The tags nest deeper than {MAX_SYNTAX_DEPTH} levels");
            return Err(Fault::at(told, at));
        }
        self.depth += 1;
        let node = match &*tag.name {
            "if" => self.conditional(tag),
            "for" => self.repeated(tag),
            "set" => self.set(tag),
            "macro" => self.macro_of(tag),
            "call" => self.call(tag),
            "filter" => self.filter(tag),
            "block" => self.block(tag),
            "switch" => self.switch(tag),
            "include" | "import" | "from" | "extends" => Err(Fault::new(format!(
                "`{}` reads another template, which is not possible here",
                tag.name
            ))),
            _ => Err(Fault::new(format!("There is no tag `{}`", tag.name))),
        };
        self.depth -= 1;
        node.or_at(at)
    }

    /// Nodes up to one of these tags, which is returned. The error names the first of them as missing.
    fn body(&mut self, ends: &[&str], at: usize) -> Result<(Vec<Node>, Tag<'s>)> {
        let (nodes, end) = self.nodes()?;
        match end {
            Some(end) if ends.contains(&&*end.name) => Ok((nodes, end)),
            Some(end) => {
                let told = format!(
                    "Expected `{}` but found `{}`",
                    ends.join("` or `"),
                    end.name
                );
                Err(Fault::at(told, end.at))
            }
            None => {
                let missing = ends.last().copied().unwrap_or_default();
                Err(Fault::at(format!("`{missing}` is missing"), at))
            }
        }
    }

    /// Nodes up to this tag, behind which nothing may stand.
    fn body_to(&mut self, end: &str, at: usize) -> Result<Vec<Node>> {
        let (nodes, mut tag) = self.body(&[end], at)?;
        tag.parser.end()?;
        Ok(nodes)
    }

    fn conditional(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let start = tag.at;
        let mut branches = Vec::new();
        loop {
            if tag.name == "else" {
                tag.parser.end()?;
                let otherwise = self.body_to("endif", start)?;
                return Ok(Node::If(branches, otherwise));
            }
            if tag.name == "endif" {
                tag.parser.end()?;
                return Ok(Node::If(branches, Vec::new()));
            }
            let condition = tag.parser.expression()?;
            tag.parser.end()?;
            let (body, next) = self.body(&["elif", "elseif", "else", "endif"], start)?;
            branches.push(Branch { condition, body });
            tag = next;
        }
    }

    fn repeated(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let targets = names(&mut tag.parser)?;
        if !tag.parser.accept_word("in") {
            return Err(tag.parser.unexpected("`in`"));
        }
        let items = tag.parser.expression()?;
        tag.parser.end()?;
        let (body, mut end) = self.body(&["else", "endfor"], tag.at)?;
        end.parser.end()?;
        let otherwise = match &*end.name {
            "else" => self.body_to("endfor", tag.at)?,
            _ => Vec::new(),
        };
        Ok(Node::For(Box::new(For {
            targets,
            items,
            body,
            otherwise,
        })))
    }

    fn set(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let targets = names(&mut tag.parser)?;
        if tag.parser.accept("=") {
            let value = tag.parser.expression()?;
            tag.parser.end()?;
            return Ok(Node::Set(targets, value));
        }
        tag.parser.end()?;
        let body = self.body_to("endset", tag.at)?;
        Ok(Node::SetBlock(targets, body))
    }

    fn macro_of(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let name = tag.parser.free_name()?;
        tag.parser.expect("(")?;
        let parameters = parameters(&mut tag.parser)?;
        tag.parser.end()?;
        let body = self.body_to("endmacro", tag.at)?;
        Ok(Node::Macro(self.keep(name, parameters, body)))
    }

    fn call(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let parameters = if tag.parser.accept("(") {
            parameters(&mut tag.parser)?
        } else {
            Vec::new()
        };
        let call = tag.parser.expression()?;
        tag.parser.end()?;
        let Kind::Call(call) = call.kind else {
            return Err(Fault::new("`call` needs the call of a macro"));
        };
        let body = self.body_to("endcall", tag.at)?;
        let block = self.keep("caller".to_owned(), parameters, body);
        Ok(Node::Call(call, block))
    }

    fn keep(&mut self, name: String, parameters: Vec<Parameter>, body: Vec<Node>) -> usize {
        let name = name.into();
        self.macros.push(Macro {
            name,
            parameters,
            body,
        });
        self.macros.len() - 1
    }

    fn filter(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let filter = tag.parser.filter_call()?;
        tag.parser.end()?;
        let body = self.body_to("endfilter", tag.at)?;
        Ok(Node::Filter(filter, body))
    }

    fn block(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let name = tag.parser.free_name()?;
        tag.parser.end()?;
        if self.blocks.contains(&name) {
            return Err(Fault::new(format!("There is a block `{name}` already")));
        }
        self.blocks.push(name.clone());
        let (body, mut end) = self.body(&["endblock"], tag.at)?;
        end.parser.accept_word(&name);
        end.parser.end()?;
        Ok(Node::Block(body))
    }

    fn switch(&mut self, mut tag: Tag<'s>) -> Result<Node> {
        let value = tag.parser.expression()?;
        tag.parser.end()?;
        let ends = ["case", "default", "endswitch"];
        let (before, mut next) = self.body(&ends, tag.at)?;
        if !before.is_empty() || next.name == "endswitch" {
            return Err(Fault::new("`switch` begins with `case` or `default`"));
        }
        let mut cases = Vec::new();
        while next.name == "case" {
            let condition = next.parser.expression()?;
            next.parser.end()?;
            let body;
            (body, next) = self.body(&ends, tag.at)?;
            cases.push(Branch { condition, body });
        }
        next.parser.end()?;
        let default = match &*next.name {
            "default" => self.body_to("endswitch", tag.at)?,
            _ => Vec::new(),
        };
        Ok(Node::Switch(Box::new(Switch {
            value,
            cases,
            default,
        })))
    }
}

/// `a, b`
fn names(parser: &mut Parser<'_>) -> Result<Vec<Rc<str>>> {
    let mut names = vec![parser.free_name()?.into()];
    while parser.accept(",") {
        names.push(parser.free_name()?.into());
    }
    Ok(names)
}

/// `a, b=1)`
fn parameters(parser: &mut Parser<'_>) -> Result<Vec<Parameter>> {
    let mut parameters = Vec::new();
    if parser.accept(")") {
        return Ok(parameters);
    }
    loop {
        let name = parser.free_name()?.into();
        let default = if parser.accept("=") {
            Some(parser.expression()?)
        } else {
            None
        };
        parameters.push(Parameter { name, default });
        if !parser.accept(",") {
            parser.expect(")")?;
            return Ok(parameters);
        }
    }
}
