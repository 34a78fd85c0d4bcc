//! All SQL: migrations, rows, the change feed. It holds no rule.
