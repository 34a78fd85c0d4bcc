//! The program: chooses between the command line's parts and the server.

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use callboard::{
    app,
    cli::{self, Bench, Cli, Command, HealthArgs, Streams, Style, TemplateCommand},
    config::{Config, Environment},
    telemetry,
};
use clap::Parser;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Threads that read and parse end after so much idleness, and give back what they keep in hand.
const BLOCKING_THREADS_REST: Duration = Duration::from_secs(1);

/// Everything of a start without configuration.
const DATA_DIR: &str = "callboard-data";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let environment: Environment = std::env::vars().collect();
    let outcome = match &cli.command {
        Some(Command::Validate(args)) => {
            return checked(|streams| cli::run_validate(args, streams));
        }
        Some(Command::Template(TemplateCommand::Check(args))) => {
            return checked(|streams| cli::run_template_check(args, streams));
        }
        Some(Command::Template(TemplateCommand::Preview(args))) => {
            let file = std::slice::from_ref(&args.file);
            try_out(&cli, &environment, file, async |bench, streams| {
                cli::run_template_preview(args, bench, streams).await
            })
        }
        Some(Command::Template(TemplateCommand::Test(args))) => {
            try_out(&cli, &environment, &args.paths, async |bench, streams| {
                cli::run_template_test(args, bench, streams).await
            })
        }
        Some(Command::Health(args)) => health(&cli, args, &environment),
        None => serve(&cli, &environment),
    };
    outcome.unwrap_or_else(|fault| {
        eprintln!("{fault:#}");
        ExitCode::FAILURE
    })
}

/// Runs a check on the standard streams.
fn checked(check: impl FnOnce(&mut Streams<'_>) -> ExitCode) -> ExitCode {
    let stdout = io::stdout();
    let style = if stdout.is_terminal() {
        Style::Colour
    } else {
        Style::Plain
    };
    let mut streams = Streams {
        input: &mut io::stdin().lock(),
        output: &mut stdout.lock(),
        errors: &mut io::stderr(),
        style,
    };
    check(&mut streams)
}

fn health(cli: &Cli, args: &HealthArgs, environment: &Environment) -> anyhow::Result<ExitCode> {
    let listen = load(cli, environment)?.backend.listen;
    let url = cli::readiness_url(args.url.as_ref(), listen);
    Ok(runtime()?.block_on(cli::run_health(&url, &mut io::stderr())))
}

/// Tries templates out, without a portal and with no configuration but what is named.
fn try_out(
    cli: &Cli,
    environment: &Environment,
    files: &[PathBuf],
    work: impl AsyncFnOnce(Bench<'_>, &mut Streams<'_>) -> ExitCode,
) -> anyhow::Result<ExitCode> {
    let config = match cli.config.as_slice() {
        [] => None,
        _ => Some(load(cli, environment)?),
    };
    let runtime = runtime()?;
    let folders = cli::folders_of(files);
    let bench = runtime.block_on(app::Workbench::open(config, &folders))?;
    let bench = Bench {
        services: bench.services(),
        actions: bench.actions(),
    };
    Ok(checked(|streams| runtime.block_on(work(bench, streams))))
}

fn serve(cli: &Cli, environment: &Environment) -> anyhow::Result<ExitCode> {
    let variable = |name: &str| environment.get(name).map(String::as_str);
    telemetry::start(variable("LOG_LEVEL"), variable("LOG_FORMAT"));
    let config = load(cli, environment)?;
    tracing::info!("The configuration:\n{}", config.account);
    runtime()?.block_on(app::run(config))?;
    Ok(ExitCode::SUCCESS)
}

/// The configuration of the files that are named or found; without any, the embedded one with the examples.
fn load(cli: &Cli, environment: &Environment) -> anyhow::Result<Config> {
    let loaded = if cli.config.is_empty() && !Config::has_default_file() {
        let data_dir = Path::new(DATA_DIR);
        std::fs::create_dir_all(data_dir)?;
        let examples = app::unpack_examples(data_dir)?;
        Config::load_embedded(data_dir, &examples, environment)
    } else {
        Config::load(&cli.config, environment)
    };
    loaded.map_err(|problems| {
        let told: Vec<String> = problems
            .iter()
            .map(|problem| format!("  {problem}"))
            .collect();
        anyhow::anyhow!(
            "The configuration has {} problem(s):\n{}",
            problems.len(),
            told.join("\n")
        )
    })
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_keep_alive(BLOCKING_THREADS_REST)
        .build()?)
}
