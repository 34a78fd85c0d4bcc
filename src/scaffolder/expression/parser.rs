//! Reads tokens: what the parsers of expressions and of tags share.

use std::ops::Range;

use super::{
    budget::{Budget, MAX_EXPRESSION_DEPTH, MAX_SYNTAX_DEPTH},
    error::{Fault, Result},
    lexer::{Placed, Token, tokens},
    syntax::{Expression, Kind},
};

/// Reads the tokens of one expression or tag.
pub(super) struct Parser<'b> {
    tokens: Vec<Placed>,
    next: usize,
    depth: usize,
    /// Compiling patterns costs time.
    pub(super) budget: &'b Budget,
}

impl<'b> Parser<'b> {
    /// A parser of these bytes of the template, so many tags deep.
    pub(super) fn new(
        source: &str,
        within: Range<usize>,
        depth: usize,
        budget: &'b Budget,
    ) -> Result<Self> {
        Ok(Self {
            tokens: tokens(source, within)?,
            next: 0,
            depth,
            budget,
        })
    }

    pub(super) fn peek(&self) -> &Token {
        self.tokens
            .get(self.next)
            .map_or(&Token::End, |placed| &placed.token)
    }

    /// Where the next token stands.
    pub(super) fn at(&self) -> usize {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens
            .get(self.next.min(last))
            .map_or(0, |placed| placed.at)
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    pub(super) fn step_back(&mut self) {
        self.next = self.next.saturating_sub(1);
    }

    /// Takes the symbol if it is next.
    pub(super) fn accept(&mut self, symbol: &str) -> bool {
        let is_next = matches!(self.peek(), Token::Symbol(next) if *next == symbol);
        self.next += usize::from(is_next);
        is_next
    }

    pub(super) fn expect(&mut self, symbol: &str) -> Result<()> {
        if self.accept(symbol) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{symbol}`")))
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name == word)
    }

    /// Whether the token behind the next one is this word.
    pub(super) fn is_next_word(&self, word: &str) -> bool {
        let placed = self.tokens.get(self.next + 1);
        placed.is_some_and(|placed| matches!(&placed.token, Token::Name(name) if name == word))
    }

    /// Takes the word if it is next.
    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        self.next += usize::from(is_next);
        is_next
    }

    pub(super) fn name(&mut self) -> Result<String> {
        match self.peek() {
            Token::Name(name) => {
                let name = name.clone();
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    /// A name that a variable or key may have.
    pub(super) fn free_name(&mut self) -> Result<String> {
        let at = self.at();
        let name = self.name()?;
        check_name(&name).map_err(|fault| fault.or_at(at))?;
        Ok(name)
    }

    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            Token::End => Ok(()),
            _ => Err(self.unexpected("the end")),
        }
    }

    /// Parses one level deeper.
    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_SYNTAX_DEPTH {
            let told = format!("This nests deeper than {MAX_SYNTAX_DEPTH} levels");
            return Err(Fault::at(told, self.at()));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// An expression of its parts.
    #[expect(
        clippy::unused_self,
        reason = "reads as what it is: the parser makes it"
    )]
    pub(super) fn made(&self, kind: Kind, at: usize) -> Result<Expression> {
        let depth = kind.depth();
        if depth > MAX_EXPRESSION_DEPTH {
            let told =
                format!("This expression is built of more than {MAX_EXPRESSION_DEPTH} levels");
            return Err(Fault::at(told, at));
        }
        Ok(Expression { kind, at, depth })
    }

    pub(super) fn unexpected(&self, expected: &str) -> Fault {
        let found = match self.peek() {
            Token::Name(name) => format!("`{name}`"),
            Token::Number(_) => "a number".to_owned(),
            Token::Text(_) => "a text".to_owned(),
            Token::Pattern { .. } => "a pattern".to_owned(),
            Token::Symbol(symbol) => format!("`{symbol}`"),
            Token::End => "the end".to_owned(),
        };
        Fault::at(format!("Expected {expected} but found {found}"), self.at())
    }
}

/// Refuses the names that lead out of JavaScript's objects; Backstage's engine knows them nowhere.
pub(super) fn check_name(name: &str) -> Result<()> {
    match name {
        "constructor" | "__proto__" | "prototype" => Err(Fault::new(format!(
            "The name `{name}` cannot be used in templates"
        ))),
        _ => Ok(()),
    }
}
