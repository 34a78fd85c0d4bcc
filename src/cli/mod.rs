//! The command line: what can be asked of the program, and the parts that need no server.
//!
//! `main.rs` parses [`Cli`] and chooses: no subcommand starts the server, the others are here.

mod files;
mod health;
mod render;
mod report;
mod template;
mod validate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use health::{readiness_url, run_health};
pub use render::{Style, render};
pub use template::{
    Bench, folders_of, run_template_check, run_template_preview, run_template_test,
};
pub use validate::{Streams, run_validate};

/// What was asked for.
#[derive(Debug, Parser)]
#[command(
    name = "callboard",
    version,
    about = "A developer portal that speaks Backstage's HTTP APIs",
    long_about = "A developer portal that speaks Backstage's HTTP APIs.\n\nWithout a subcommand it starts: with \
        app-config.yaml if that is here or --config names one, otherwise with an example catalog."
)]
pub struct Cli {
    /// A configuration file; later ones override earlier ones.
    #[arg(long, value_name = "PATH", global = true)]
    pub config: Vec<PathBuf>,
    /// What to do instead of starting the server.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do instead of starting the server.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check catalog files as the portal would, without starting it.
    Validate(ValidateArgs),
    /// Work on software templates, without starting the portal.
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Ask a running portal whether it is ready: exits with 0 or 1.
    Health(HealthArgs),
}

/// `callboard validate`
#[derive(Debug, Args)]
#[command(
    after_help = "Exits with 0 if all documents are good, 1 if any is not, 2 if the arguments are of no use.\n\
    What only the portal can do is not checked: placeholders are not read, and rules are not applied."
)]
pub struct ValidateArgs {
    /// Files, `-` for the standard input, or folders, which are searched for catalog-info*.yaml.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How to say what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Follow `<<` keys, as `callboard.yamlMergeKeys: true` does.
    #[arg(long)]
    pub merge_keys: bool,
}

/// What to do with software templates.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Check templates: their schema, expressions, actions and parameters.
    Check(TemplateCheckArgs),
    /// Show what a run would make: effects, files and output. Nothing is done outside.
    Preview(TemplatePreviewArgs),
    /// Run the tests beside templates: answers, and what is to come of them.
    Test(TemplateTestArgs),
}

/// `callboard template check`
#[derive(Debug, Args)]
#[command(
    after_help = "Exits with 0 if all documents are good, 1 if any is not, 2 if the arguments are of no use.\n\
    Warnings do not change that. What other files bring (`$yaml`, fetched skeletons) is not read."
)]
pub struct TemplateCheckArgs {
    /// Files, `-` for the standard input, or folders, which are searched for template*.yaml.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How to say what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Follow `<<` keys, as `callboard.yamlMergeKeys: true` does.
    #[arg(long)]
    pub merge_keys: bool,
}

/// `callboard template preview`
#[derive(Debug, Args)]
#[command(
    after_help = "Exits with 0 if it got to the end, 1 if the answers are refused or a step cannot go on, 2 if the \
    arguments are of no use.\nNo configuration is read but what --config names: give it where the template fetches \
    from Git hosts. Needs no portal, and leaves nothing behind but DIR."
)]
pub struct TemplatePreviewArgs {
    /// A file with one template.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The answers: a YAML file with one object.
    #[arg(long, value_name = "FILE")]
    pub values: Option<PathBuf>,
    /// Where to write the files; by step, if several steps publish some.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write also to a folder that is not empty: what is there under the same name is overwritten, the rest stays.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Who runs it: what `user.ref` says.
    #[arg(long, value_name = "REF")]
    pub user: Option<String>,
}

/// `callboard template test`
#[derive(Debug, Args)]
#[command(
    after_help = "Tests are the files tests/*.yaml beside a template; docs/TEMPLATES.md says what is in them.\n\
    Exits with 0 if all came out as said, 1 if any did not, 2 if the arguments are of no use or there are no tests.\n\
    No configuration is read but what --config names."
)]
pub struct TemplateTestArgs {
    /// Templates, or folders, which are searched for template*.yaml.
    #[arg(required = true, value_name = "DIR")]
    pub paths: Vec<PathBuf>,
    /// Write what came out into the tests that failed.
    #[arg(long)]
    pub update: bool,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: as a compiler prints them.
    Text,
    /// For programs: one JSON object.
    Json,
}

/// `callboard health`
#[derive(Debug, Args)]
pub struct HealthArgs {
    /// Base URL of the portal; otherwise it is asked where the configuration lets it listen.
    #[arg(long)]
    pub url: Option<url::Url>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command, Format};

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_subcommand_the_server_starts_with_all_configurations() {
        let cli = Cli::parse_from(["callboard", "--config", "a.yaml", "--config", "b.yaml"]);
        assert!(cli.command.is_none());
        assert_eq!(
            cli.config,
            ["a.yaml", "b.yaml"].map(std::path::PathBuf::from)
        );
    }

    #[test]
    fn validate_takes_files_and_a_format() {
        let cli = Cli::parse_from(["callboard", "validate", "-", "a.yaml", "--format", "json"]);
        let Some(Command::Validate(args)) = cli.command else {
            panic!("{cli:?}");
        };
        assert_eq!(args.files.len(), 2);
        assert_eq!(args.format, Format::Json);
        assert!(Cli::try_parse_from(["callboard", "validate"]).is_err());
    }

    #[test]
    fn health_knows_the_configuration_or_a_url() {
        let cli = Cli::parse_from(["callboard", "health", "--config", "a.yaml"]);
        assert_eq!(cli.config.len(), 1);
        assert!(Cli::try_parse_from(["callboard", "health", "--url", "nonsense"]).is_err());
    }
}
