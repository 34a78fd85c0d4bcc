//! The operators of an expression, from the loosest to the tightest.
//!
//! The levels are those of Backstage's engine: `+ - ~` share one, comparison binds tighter than `in`, a sign
//! tighter than a filter, a filter tighter than any operator.

use super::{
    error::{Fault, Result},
    parser::Parser,
    predicates,
    syntax::{Arguments, Choice, Expression, Kind, Operator, Sign, Test, TestKind},
};

type Level = &'static [(&'static str, Operator)];

const COMPARISON: Level = &[
    ("===", Operator::Same),
    ("!==", Operator::NotSame),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];
const SUM: Level = &[
    ("+", Operator::Add),
    ("-", Operator::Subtract),
    ("~", Operator::Join),
];
const PRODUCT: Level = &[
    ("*", Operator::Multiply),
    ("//", Operator::DivideDown),
    ("/", Operator::Divide),
    ("%", Operator::Remainder),
];
const POWER: Level = &[("**", Operator::Power)];

impl Parser<'_> {
    /// A whole expression: `a`, or `a if b`, or `a if b else c`.
    pub(super) fn expression(&mut self) -> Result<Expression> {
        let then = self.or()?;
        if !self.accept_word("if") {
            return Ok(then);
        }
        let condition = self.or()?;
        let otherwise = if self.accept_word("else") {
            Some(self.or()?)
        } else {
            None
        };
        let at = then.at;
        let choice = Choice {
            condition,
            then,
            otherwise,
        };
        self.made(Kind::Choice(Box::new(choice)), at)
    }

    fn or(&mut self) -> Result<Expression> {
        let mut left = self.and()?;
        while self.accept_word("or") {
            let right = self.and()?;
            left = self.binary(Operator::Or, left, right)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression> {
        let mut left = self.not()?;
        while self.accept_word("and") {
            let right = self.not()?;
            left = self.binary(Operator::And, left, right)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression> {
        let at = self.at();
        if !self.accept_word("not") {
            return self.membership();
        }
        let operand = self.nested(Self::not)?;
        self.negated(operand, at)
    }

    /// Nunjucks writes `not` as a `!` before what it compiles to, where it binds to the left side of an operator:
    /// `not a == b` is `(not a) == b`. What compiles to a call (`in`, `is`, `**`, a filter) is negated as a whole.
    fn negated(&mut self, operand: Expression, at: usize) -> Result<Expression> {
        match operand.kind {
            Kind::Binary(operator, left, right) if operator.is_infix() => {
                let left = self.negated(*left, at)?;
                self.binary(operator, left, *right)
            }
            _ => self.made(Kind::Not(Box::new(operand)), at),
        }
    }

    fn membership(&mut self) -> Result<Expression> {
        let mut left = self.test()?;
        loop {
            let operator = if self.accept_word("in") {
                Operator::In
            } else if self.is_word("not") && self.is_next_word("in") {
                self.advance();
                self.advance();
                Operator::NotIn
            } else {
                return Ok(left);
            };
            let right = self.test()?;
            left = self.binary(operator, left, right)?;
        }
    }

    fn test(&mut self) -> Result<Expression> {
        let left = self.infix(COMPARISON)?;
        if !self.accept_word("is") {
            return Ok(left);
        }
        let is_negated = self.accept_word("not");
        let at = self.at();
        let name = self.infix(COMPARISON)?;
        let (name, arguments) = match name.kind {
            Kind::Call(call) => match call.callee.kind {
                Kind::Name(name) => (Some(name), call.arguments),
                _ => (None, call.arguments),
            },
            Kind::Name(name) => (Some(name), Arguments::default()),
            Kind::Null => (Some("null".into()), Arguments::default()),
            _ => (None, Arguments::default()),
        };
        let predicate = match &name {
            Some(name) => predicates::named(name).map_or(TestKind::Unknown, TestKind::Known),
            None => TestKind::NoName,
        };
        let test = Test {
            name: name.unwrap_or_default(),
            predicate,
            arguments,
            is_negated,
            at,
        };
        let place = left.at;
        self.made(Kind::Test(Box::new(left), Box::new(test)), place)
    }

    /// Operators of one level and the tighter ones, from left to right.
    fn infix(&mut self, level: Level) -> Result<Expression> {
        let operand = |parser: &mut Self| match level {
            _ if level == COMPARISON => parser.infix(SUM),
            _ if level == SUM => parser.infix(PRODUCT),
            _ if level == PRODUCT => parser.infix(POWER),
            _ => parser.unary(),
        };
        let mut left = operand(self)?;
        while let Some((_, operator)) = level.iter().find(|(symbol, _)| self.accept(symbol)) {
            let right = operand(self)?;
            left = self.binary(*operator, left, right)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression> {
        let signed = self.signed()?;
        self.filters(signed)
    }

    fn signed(&mut self) -> Result<Expression> {
        let at = self.at();
        let sign = if self.accept("-") {
            Sign::Minus
        } else if self.accept("+") {
            Sign::Plus
        } else {
            return self.primary();
        };
        let inner_at = self.at();
        let operand = self.nested(Self::signed)?;
        if matches!(operand.kind, Kind::Sign(inner, _) if inner == sign) {
            let told = "The same sign twice needs parentheses";
            return Err(Fault::at(told, inner_at));
        }
        self.made(Kind::Sign(sign, Box::new(operand)), at)
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: Expression,
        right: Expression,
    ) -> Result<Expression> {
        let at = left.at;
        let kind = Kind::Binary(operator, Box::new(left), Box::new(right));
        self.made(kind, at)
    }
}
