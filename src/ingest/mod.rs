//! Documents become candidates, verdicts, rows. It serves nobody.
