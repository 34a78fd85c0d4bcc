//! `callboard validate`: the checks a document passes on its way into the catalog, without a portal.
//!
//! `callboard template check` runs them too, with one more.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use serde_json::Value;

use super::{
    Format, ValidateArgs,
    files::{Input, Wanted, inputs},
    render::Style,
    report::{Finding, Report},
};
use crate::entity::{
    Diagnostic, FaultScope, Kinds, LocationRef, Placeholder, Provenance, RawDocument, Severity,
    check_envelope, fill, locate, parse_document, placeholders, prepare, ref_of, relations,
    split_documents, validate,
};

/// Where checks read and write, and how it may look.
pub struct Streams<'a> {
    /// What `-` stands for.
    pub input: &'a mut dyn Read,
    /// Gets the findings.
    pub output: &'a mut dyn Write,
    /// Gets what is wrong with the arguments.
    pub errors: &'a mut dyn Write,
    /// For findings as text.
    pub style: Style,
}

/// Checks files and writes what it found: 0 all good, 1 something is wrong, 2 the arguments are of no use.
pub fn run_validate(args: &ValidateArgs, streams: &mut Streams<'_>) -> ExitCode {
    let rules = Rules {
        kinds: Kinds::builtin(),
        merge_keys: args.merge_keys,
        wanted: Wanted::Descriptors,
        further: Box::new(|_, _| Vec::new()),
    };
    run_checks(&args.files, args.format, &rules, streams)
}

/// Checks files against rules; writes and answers as [`run_validate`] does.
pub(super) fn run_checks(
    files: &[PathBuf],
    format: Format,
    rules: &Rules,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let inputs = match inputs(files, rules.wanted) {
        Ok(inputs) => inputs,
        Err(told) => {
            // Nobody is left to tell if this cannot be written.
            let _ = writeln!(streams.errors, "error: {told}");
            return ExitCode::from(2);
        }
    };
    match check_files(&inputs, format, rules, streams) {
        Ok(report) if report.errors == 0 => ExitCode::SUCCESS,
        // A reader that went away (`| head`) has seen enough; it does not make the files good.
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}

fn check_files(
    inputs: &[Input],
    format: Format,
    rules: &Rules,
    streams: &mut Streams<'_>,
) -> io::Result<Report> {
    let mut report = Report::default();
    for input in inputs {
        let known = report.findings.len();
        let text = match input.read(streams.input) {
            Ok(text) => text,
            Err(told) => {
                report.push(about(input, unreadable(input, &told)));
                String::new()
            }
        };
        check_text(input, &text, rules, &mut report);
        if format == Format::Text {
            for finding in &report.findings[known..] {
                finding.write_text(&text, streams.style, streams.output)?;
            }
        }
    }
    match format {
        Format::Text => writeln!(streams.output, "{}", report.summary())?,
        Format::Json => report.write_json(streams.output)?,
    }
    streams.output.flush()?;
    Ok(report)
}

/// What documents are held against.
pub(super) struct Rules {
    pub(super) kinds: Kinds,
    /// Whether `<<` is followed.
    pub(super) merge_keys: bool,
    /// What folders are searched for.
    pub(super) wanted: Wanted,
    /// What else is held against a document that its kind has accepted.
    pub(super) further: Box<Further>,
}

/// Looks at a document further.
type Further = dyn Fn(&RawDocument<'_>, &Value) -> Vec<Diagnostic>;

fn check_text(input: &Input, text: &str, rules: &Rules, report: &mut Report) {
    let location = input.location();
    for raw in split_documents(text) {
        let value = match parse_document(&raw, rules.merge_keys) {
            Ok(None) => continue,
            Ok(Some(value)) => Ok(value),
            Err(fault) => Err(fault),
        };
        report.documents += 1;
        let entity_ref = value.as_ref().ok().and_then(ref_of);
        for mut found in check_document(&raw, value, &location, rules) {
            let pointer = found.path.as_deref().unwrap_or_default();
            found.position = found.position.or_else(|| locate(&raw, pointer));
            report.push(Finding {
                document_line: Some(raw.first_line),
                entity_ref: entity_ref.as_ref().map(ToString::to_string),
                ..about(input, found)
            });
        }
    }
}

/// What is wrong with a document: the first fault its kind finds, else what else is found.
fn check_document(
    raw: &RawDocument<'_>,
    value: Result<Value, Diagnostic>,
    location: &LocationRef,
    rules: &Rules,
) -> Vec<Diagnostic> {
    let value = match value {
        Ok(value) => value,
        Err(fault) => return vec![fault],
    };
    let mut found = Vec::new();
    if let Err(fault) = check_entity(value.clone(), location, &rules.kinds) {
        let is_refused = fault.severity == Severity::Error;
        found.push(fault);
        if is_refused {
            return found;
        }
    }
    found.extend((rules.further)(raw, &value));
    found
}

fn check_entity(value: Value, location: &LocationRef, kinds: &Kinds) -> Result<(), Diagnostic> {
    check_envelope(&value)?;
    let from = Provenance {
        location,
        origin: location,
        links: None,
    };
    let mut value = prepare(value, &from);
    stand_in(&mut value)?;
    let entity_ref = validate(&value, kinds)?;
    relations(&value, &entity_ref, kinds)?;
    Ok(())
}

/// Puts text where the portal would put the text of a file. What `$json` and `$yaml` bring cannot be guessed.
fn stand_in(value: &mut Value) -> Result<(), Diagnostic> {
    for placeholder in placeholders(value) {
        if matches!(placeholder.key.as_str(), "$json" | "$yaml") {
            return Err(not_checked(&placeholder));
        }
        if placeholder.target.is_string() {
            fill(value, &placeholder.pointer, placeholder.target);
        }
    }
    Ok(())
}

fn not_checked(placeholder: &Placeholder) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        scope: FaultScope::Entity,
        path: Some(placeholder.pointer.clone()),
        reason: "What the placeholder brings is known to the portal only, so nothing after the envelope was checked."
            .to_owned(),
        mend: "Nothing, if the file it names is right: the portal checks the whole entity.".to_owned(),
        ..fault(format!("{} is not read here", placeholder.key))
    }
}

fn unreadable(input: &Input, told: &str) -> Diagnostic {
    Diagnostic {
        reason: "The file cannot be read as text.".to_owned(),
        mend: "Save it as UTF-8, or leave it out.".to_owned(),
        ..fault(format!("{} cannot be read: {told}", input.name()))
    }
}

fn fault(message: String) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        scope: FaultScope::Location,
        name: "Error".to_owned(),
        message,
        cause: None,
        reason: String::new(),
        mend: String::new(),
        path: None,
        position: None,
    }
}

fn about(input: &Input, diagnostic: Diagnostic) -> Finding {
    Finding {
        file: input.name(),
        document_line: None,
        entity_ref: None,
        diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use clap::Parser;
    use serde_json::{Value, json};

    use super::{Streams, run_validate};
    use crate::cli::{Cli, Command, Style};

    const GOOD: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\nspec: {type: x, lifecycle: y, owner: z}\n";

    /// Exit code, output and errors of `callboard validate` with these arguments and this standard input.
    fn run(arguments: &[&str], mut input: &[u8]) -> (ExitCode, String, String) {
        let cli = Cli::parse_from([&["callboard", "validate"], arguments].concat());
        let Some(Command::Validate(args)) = cli.command else {
            panic!("{cli:?}");
        };
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let code = run_validate(
            &args,
            &mut Streams {
                input: &mut input,
                output: &mut output,
                errors: &mut errors,
                style: Style::Plain,
            },
        );
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (code, text(output), text(errors))
    }

    #[test]
    fn good_documents_are_counted_and_empty_ones_are_not() {
        let file = format!("# c\n---\n{GOOD}---\n{GOOD}---\n");
        let (code, output, errors) = run(&["-"], file.as_bytes());
        assert_eq!(code, ExitCode::SUCCESS);
        assert_eq!(
            (output.as_str(), errors.as_str()),
            ("2 documents, 0 errors\n", "")
        );
    }

    #[test]
    fn every_bad_document_is_shown_with_its_place() {
        let file = format!(
            "{GOOD}---\na: b: c\n---\nkind: Component\n---\n{}",
            GOOD.replace("name: a", "name: a/b")
        );
        let (code, output, _) = run(&["-"], file.as_bytes());
        assert_eq!(code, ExitCode::FAILURE);
        insta::assert_snapshot!(output, @r#"
  × error: YAMLParseError: Nested mappings are not allowed in compact mappings
   ╭─[<stdin>:6:5]
 5 │ ---
 6 │ a: b: c
   ·     ─
 7 │ ---
   ╰────
  help: The value holds a colon followed by a space or the line's end, which would begin a mapping
        within it.
        Put the whole value in quotes.

  × error: TypeError: <root> must have required property 'apiVersion' - missingProperty:
  │ apiVersion
   ╭─[<stdin>:8:1]
 7 │ ---
 8 │ kind: Component
   · ────
 9 │ ---
   ╰────
  help: `apiVersion` is missing.
        Add `apiVersion`.

  × error: InputError: Policy check failed for component:default/a/b; caused by Error:
  │ "metadata.name" is not valid; expected a string that is sequences of [a-zA-Z0-9] separated by
  │ any of [-_.], at most 63 characters in total but found "a/b". To learn more about catalog file
  │ format, visit: https://github.com/backstage/backstage/blob/master/docs/architecture-decisions/
  │ adr002-default-catalog-file-format.md
    ╭─[<stdin>:12:18]
 11 │ kind: Component
 12 │ metadata: {name: a/b}
    ·                  ───
 13 │ spec: {type: x, lifecycle: y, owner: z}
    ╰────
  help: “a/b” cannot be the value of `metadata.name`.
        Write letters, digits and, between them, `-`, `_` or `.`; at most 63 characters.

4 documents, 3 errors
"#);
    }

    #[test]
    fn findings_as_json_are_one_object() {
        let file = format!(
            "{GOOD}---\nkind: [\n---\n{}",
            GOOD.replace("owner: z", "owner: 1")
        );
        let (code, output, _) = run(&["--format", "json", "-"], file.as_bytes());
        assert_eq!(code, ExitCode::FAILURE);
        let report: Value = serde_json::from_str(&output).unwrap();
        assert_eq!(report["documents"], 3);
        assert_eq!(report["errors"], 2);
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings[0]["file"], "<stdin>");
        assert_eq!(findings[0]["documentLine"], 5);
        assert_eq!(findings[0]["position"]["line"], 6);
        assert_eq!(findings[1]["entityRef"], "component:default/a");
        assert_eq!(findings[1]["path"], "/spec/owner");
        assert_eq!(
            findings[1]["position"],
            json!({"line": 11, "column": 38, "length": 1})
        );
        assert_eq!(findings[1]["severity"], "error");
    }

    #[test]
    fn placeholders_are_taken_for_text_or_left_to_the_portal() {
        let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: a}\nspec:\n  type: openapi\n  lifecycle: y\n  owner: z\n  definition:\n    $KEY: ./a.yaml\n";
        let (code, output, _) = run(&["-"], api.replace("$KEY", "$openapi").as_bytes());
        assert_eq!(
            (code, output.as_str()),
            (ExitCode::SUCCESS, "1 document, 0 errors\n")
        );
        let (code, output, _) = run(&["-"], api.replace("$KEY", "$yaml").as_bytes());
        assert_eq!(code, ExitCode::SUCCESS);
        assert!(
            output.contains("warning: $yaml is not read here"),
            "{output}"
        );
        assert!(
            output.ends_with("1 document, 0 errors, 1 warning\n"),
            "{output}"
        );
        let (code, ..) = run(&["-"], api.replace("$KEY", "$nothing").as_bytes());
        assert_eq!(code, ExitCode::FAILURE);
    }

    #[test]
    fn merge_keys_are_followed_on_request() {
        let file = GOOD
            .replace("spec: {", "spec: {<<: {type: x}, ")
            .replace("type: x, lifecycle", "lifecycle");
        assert_eq!(run(&["-"], file.as_bytes()).0, ExitCode::FAILURE);
        assert_eq!(
            run(&["--merge-keys", "-"], file.as_bytes()).0,
            ExitCode::SUCCESS
        );
    }

    #[test]
    fn files_that_are_no_text_are_findings_and_missing_ones_are_not() {
        let (code, output, _) = run(&["-"], b"a: \xff");
        assert_eq!(code, ExitCode::FAILURE);
        assert!(output.contains("<stdin> cannot be read"), "{output}");
        let (code, output, errors) = run(&["/nowhere/catalog-info.yaml"], b"");
        assert_eq!((code, output.as_str()), (ExitCode::from(2), ""));
        assert!(
            errors.starts_with("error: /nowhere/catalog-info.yaml: "),
            "{errors}"
        );
    }
}
