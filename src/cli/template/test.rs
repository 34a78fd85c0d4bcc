//! `callboard template test`: the tests beside templates, run one by one.

use std::{
    io,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::Value;

use super::{
    Bench,
    case::{Expected, Test, tests_beside},
    compare::{Found, differences},
    source::{Refused, template, try_out},
    update::updated,
};
use crate::cli::{
    Streams, TemplateTestArgs,
    files::{Input, Wanted, inputs},
};

/// What became of a test.
enum Verdict {
    Good,
    /// What is wrong, and what the test is about.
    Bad(Vec<String>, Option<String>),
    Updated,
}

/// How many of each.
#[derive(Default)]
struct Summary {
    good: usize,
    bad: usize,
    updated: usize,
}

/// Runs the tests: 0 all good, 1 some are not, 2 the arguments are of no use or there are no tests.
pub async fn run_template_test(
    args: &TemplateTestArgs,
    bench: Bench<'_>,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let found = match tests(args) {
        Ok(found) => found,
        Err(told) => {
            // Nobody is left to tell if this cannot be written.
            let _ = writeln!(streams.errors, "error: {told}");
            return ExitCode::from(2);
        }
    };
    match run_all(&found, args.update, bench, streams.output).await {
        Ok(summary) if summary.bad == 0 => ExitCode::SUCCESS,
        // A reader that went away (`| head`) has seen enough.
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}

/// The templates with their tests.
fn tests(args: &TemplateTestArgs) -> Result<Vec<(PathBuf, Vec<PathBuf>)>, String> {
    let mut found = Vec::new();
    for input in inputs(&args.paths, Wanted::Templates)? {
        let Input::File(template) = input else {
            return Err("the standard input has no tests beside it; name a file".to_owned());
        };
        let tests = tests_beside(&template)?;
        if !tests.is_empty() {
            found.push((template, tests));
        }
    }
    if found.is_empty() {
        return Err("there are no tests: write tests/*.yaml beside a template".to_owned());
    }
    Ok(found)
}

async fn run_all(
    all: &[(PathBuf, Vec<PathBuf>)],
    writes: bool,
    bench: Bench<'_>,
    output: &mut dyn Write,
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    for (file, tests) in all {
        let template = template(bench, file).await;
        for test in tests {
            let verdict = match &template {
                Ok(template) => run(test, template, writes, bench).await,
                Err(Refused::Unusable(told)) => bad(told.clone()),
                Err(Refused::Answers(faults)) => bad(faults.join("\n")),
            };
            summary.add(&verdict);
            show(test, &verdict, output)?;
        }
    }
    let updated = match summary.updated {
        0 => String::new(),
        count => format!(", {count} updated"),
    };
    writeln!(
        output,
        "{} tests, {} failed{updated}",
        summary.good + summary.bad + summary.updated,
        summary.bad
    )?;
    output.flush()?;
    Ok(summary)
}

fn bad(told: String) -> Verdict {
    Verdict::Bad(vec![told], None)
}

async fn run(file: &Path, template: &Value, writes: bool, bench: Bench<'_>) -> Verdict {
    match try_run(file, template, writes, bench).await {
        Ok(verdict) => verdict,
        Err(told) => bad(told),
    }
}

async fn try_run(
    file: &Path,
    template: &Value,
    writes: bool,
    bench: Bench<'_>,
) -> Result<Verdict, String> {
    let test = Test::read(file)?;
    let case = &test.case;
    let tried = try_out(bench, template, &case.values, case.user.as_deref()).await;
    let found = Found::of(tried)?;
    let told = differences(&case.expected, &found);
    let is_open = case.expected == Expected::default();
    if told.is_empty() && !(writes && is_open) {
        return Ok(Verdict::Good);
    }
    if !writes {
        return Ok(Verdict::Bad(told, test.case.description));
    }
    std::fs::write(&test.file, updated(&test, &found)?).map_err(|fault| fault.to_string())?;
    Ok(Verdict::Updated)
}

impl Summary {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Good => self.good += 1,
            Verdict::Bad(..) => self.bad += 1,
            Verdict::Updated => self.updated += 1,
        }
    }
}

fn show(file: &Path, verdict: &Verdict, output: &mut dyn Write) -> io::Result<()> {
    let shown = file.display();
    match verdict {
        Verdict::Good => writeln!(output, "ok      {shown}"),
        Verdict::Updated => writeln!(output, "updated {shown}"),
        Verdict::Bad(told, about) => {
            let about = about.as_ref().map(|about| format!(": {about}"));
            writeln!(output, "FAILED  {shown}{}", about.unwrap_or_default())?;
            for told in told {
                writeln!(output, "    {}", told.replace('\n', "\n    "))?;
            }
            Ok(())
        }
    }
}
