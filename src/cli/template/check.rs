//! `callboard template check`: what `validate` checks, and what only templates can have wrong.

use std::process::ExitCode;

use crate::{
    cli::{
        Streams, TemplateCheckArgs,
        files::Wanted,
        validate::{Rules, run_checks},
    },
    entity::Kinds,
    scaffolder::{actions::Registry, check_template},
};

/// Checks templates and writes what it found: 0 all good, 1 something is wrong, 2 the arguments are of no use.
pub fn run_template_check(args: &TemplateCheckArgs, streams: &mut Streams<'_>) -> ExitCode {
    let actions = Registry::default().shipped();
    let rules = Rules {
        kinds: Kinds::builtin(),
        merge_keys: args.merge_keys,
        wanted: Wanted::Templates,
        further: Box::new(move |raw, entity| check_template(raw, entity, &actions)),
    };
    run_checks(&args.files, args.format, &rules, streams)
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use clap::Parser;

    use super::run_template_check;
    use crate::cli::{Cli, Command, Streams, Style, TemplateCommand};

    /// Exit code and output of `callboard template check -` with this standard input.
    fn run(mut input: &[u8]) -> (ExitCode, String) {
        let cli = Cli::parse_from(["callboard", "template", "check", "-"]);
        let Some(Command::Template(TemplateCommand::Check(args))) = cli.command else {
            panic!("{cli:?}");
        };
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let code = run_template_check(
            &args,
            &mut Streams {
                input: &mut input,
                output: &mut output,
                errors: &mut errors,
                style: Style::Plain,
            },
        );
        (code, String::from_utf8(output).unwrap())
    }

    const TEMPLATE: &str = "\
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: shop}
spec:
  type: service
  parameters:
    properties:
      name: {type: string}
  steps:
    - id: log
      action: debug:log
      input:
        message: |
          Hello
          ${{ parameters.name }}
";

    #[test]
    fn a_good_template_has_no_findings() {
        let (code, output) = run(TEMPLATE.as_bytes());
        assert_eq!(
            (code, output.as_str()),
            (ExitCode::SUCCESS, "1 document, 0 errors\n")
        );
    }

    #[test]
    fn findings_stand_under_the_expression_they_are_about() {
        let template = TEMPLATE.replace("parameters.name", "parameters.nmae | upper");
        let (code, output) = run(template.as_bytes());
        assert_eq!(code, ExitCode::FAILURE);
        insta::assert_snapshot!(output, @r#"
  ⚠ warning: Nothing uses the parameter `name`
   ╭─[<stdin>:8:7]
 7 │     properties:
 8 │       name: {type: string}
   ·       ────
 9 │   steps:
   ╰────
  help: No step, condition or output mentions it.
        Use it, or do not ask for it.

  × error: There is no parameter `nmae`
    ╭─[<stdin>:15:15]
 14 │           Hello
 15 │           ${{ parameters.nmae | upper }}
    ·               ───────────────
    ╰────
  help: The form does not ask for it, so it is undefined.
        Ask for it in `spec.parameters`, or remove it.

1 document, 1 error, 1 warning
"#);
    }

    #[test]
    fn what_the_kind_refuses_is_all_that_is_told() {
        let (code, output) = run(TEMPLATE.replace("type: service", "type: 1").as_bytes());
        assert_eq!(code, ExitCode::FAILURE);
        assert!(output.contains("/spec/type must be string"), "{output}");
        assert!(output.ends_with("1 document, 1 error\n"), "{output}");
    }
}
