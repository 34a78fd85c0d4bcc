//! The operands of an expression: literals, names, and what follows them.

use std::rc::Rc;

use super::{
    error::{Located, Result},
    filters,
    lexer::Token,
    parser::{Parser, check_name},
    pattern::Pattern,
    syntax::{Arguments, Call, Expression, FilterCall, Kind},
};

/// Steps of the budget for compiling a pattern: about as long as so many steps take.
const PATTERN_STEPS: usize = 4000;

impl Parser<'_> {
    /// An operand with its members, subscripts and calls.
    pub(super) fn primary(&mut self) -> Result<Expression> {
        let at = self.at();
        let kind = match self.advance() {
            Token::Name(name) => name_or_constant(name).or_at(at)?,
            Token::Number(number) => Kind::Number(number),
            Token::Text(text) => Kind::Text(text.into()),
            Token::Pattern { source, flags } => {
                self.budget.work(PATTERN_STEPS).or_at(at)?;
                Kind::Pattern(Rc::new(Pattern::new(&source, &flags).or_at(at)?))
            }
            Token::Symbol("(") => Kind::Group(self.nested(|parser| parser.items(")"))?),
            Token::Symbol("[") if self.accept("]") => Kind::List(Vec::new()),
            Token::Symbol("[") => Kind::List(self.nested(|parser| parser.items("]"))?),
            Token::Symbol("{") => Kind::Map(self.nested(Self::entries)?),
            _ => {
                self.step_back();
                return Err(self.unexpected("a value"));
            }
        };
        let value = self.made(kind, at)?;
        self.postfix(value)
    }

    /// Expressions up to the closing symbol; at least one.
    fn items(&mut self, closing: &str) -> Result<Vec<Expression>> {
        let mut items = vec![self.expression()?];
        while self.accept(",") {
            items.push(self.expression()?);
        }
        self.expect(closing)?;
        Ok(items)
    }

    fn entries(&mut self) -> Result<Vec<(Rc<str>, Expression)>> {
        let mut entries = Vec::new();
        if self.accept("}") {
            return Ok(entries);
        }
        loop {
            let at = self.at();
            let (Token::Name(key) | Token::Text(key)) = self.advance() else {
                self.step_back();
                return Err(self.unexpected("a key, which is a name or a text,"));
            };
            check_name(&key).or_at(at)?;
            self.expect(":")?;
            entries.push((key.into(), self.expression()?));
            if !self.accept(",") {
                self.expect("}")?;
                return Ok(entries);
            }
        }
    }

    fn postfix(&mut self, mut value: Expression) -> Result<Expression> {
        loop {
            let at = self.at();
            if self.accept(".") {
                let at = self.at();
                let key = self.free_name()?;
                value = self.member(value, Kind::Text(key.into()), at)?;
            } else if self.accept("[") {
                value = self.nested(|parser| parser.subscript(value, at))?;
            } else if self.accept("(") {
                let arguments = self.nested(Self::arguments)?;
                let at = value.at;
                let callee = value;
                value = self.made(Kind::Call(Box::new(Call { callee, arguments })), at)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn member(&mut self, value: Expression, key: Kind, at: usize) -> Result<Expression> {
        let key = self.made(key, at)?;
        self.made(Kind::Member(Box::new(value), Box::new(key)), at)
    }

    /// `[key]`, or `[start:end:step]` with any of the three left out.
    fn subscript(&mut self, value: Expression, at: usize) -> Result<Expression> {
        let mut parts: [Option<Expression>; 3] = [None, None, None];
        let mut colons = 0;
        loop {
            if self.accept("]") {
                break;
            }
            if colons < 2 && self.accept(":") {
                colons += 1;
            } else if parts[colons].is_none() {
                parts[colons] = Some(self.expression()?);
            } else {
                return Err(self.unexpected("`]`"));
            }
        }
        if colons > 0 {
            return self.made(Kind::Slice(Box::new(value), Box::new(parts)), at);
        }
        match parts {
            [Some(key), ..] => {
                if let Kind::Text(name) = &key.kind {
                    check_name(name).or_at(at)?;
                }
                self.made(Kind::Member(Box::new(value), Box::new(key)), at)
            }
            _ => {
                self.step_back();
                Err(self.unexpected("a key"))
            }
        }
    }

    /// Arguments up to the closing parenthesis, which the opening one came before.
    pub(super) fn arguments(&mut self) -> Result<Arguments> {
        let mut arguments = Arguments::default();
        if self.accept(")") {
            return Ok(arguments);
        }
        loop {
            let value = self.expression()?;
            match value.kind {
                Kind::Name(name) if self.accept("=") => {
                    arguments.named.push((name, self.expression()?));
                }
                kind => arguments.positional.push(Expression { kind, ..value }),
            }
            if !self.accept(",") {
                self.expect(")")?;
                return Ok(arguments);
            }
        }
    }

    /// The filters behind a value.
    pub(super) fn filters(&mut self, mut value: Expression) -> Result<Expression> {
        while self.accept("|") {
            let filter = self.filter_call()?;
            let at = value.at;
            value = self.made(Kind::Filter(Box::new(value), Box::new(filter)), at)?;
        }
        Ok(value)
    }

    /// A filter's name, perhaps with arguments.
    pub(super) fn filter_call(&mut self) -> Result<FilterCall> {
        let at = self.at();
        let name = self.free_name()?;
        let arguments = if self.accept("(") {
            self.nested(Self::arguments)?
        } else {
            Arguments::default()
        };
        Ok(FilterCall {
            filter: filters::named(&name),
            name: name.into(),
            arguments,
            at,
        })
    }
}

fn name_or_constant(name: String) -> Result<Kind> {
    check_name(&name)?;
    Ok(match name.as_str() {
        "true" => Kind::Bool(true),
        "false" => Kind::Bool(false),
        "none" | "null" => Kind::Null,
        _ => Kind::Name(name.into()),
    })
}
