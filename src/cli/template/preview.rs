//! `callboard template preview`: what a run would make, printed, and its files written to a folder.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::Map;

use super::{
    Bench,
    source::{Refused, object, template, try_out},
};
use crate::{
    cli::{Streams, TemplatePreviewArgs},
    scaffolder::{
        effects::Undo,
        preview::{Preview, PreviewFile},
    },
};

/// Shows what a template would make: 0 to the end, 1 refused or stopped, 2 the arguments are of no use.
pub async fn run_template_preview(
    args: &TemplatePreviewArgs,
    bench: Bench<'_>,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let found = match look(args, bench).await {
        Ok(found) => found,
        Err(Refused::Unusable(told)) => {
            // Nobody is left to tell if this cannot be written.
            let _ = writeln!(streams.errors, "error: {told}");
            return ExitCode::from(2);
        }
        Err(Refused::Answers(faults)) => {
            let _ = writeln!(
                streams.errors,
                "error: the answers are refused:\n  {}",
                faults.join("\n  ")
            );
            return ExitCode::FAILURE;
        }
    };
    let written = args.out.as_deref().map_or(Ok(()), |folder| {
        write_files(folder, &found.files).map_err(|fault| format!("{}: {fault}", folder.display()))
    });
    if let Err(told) = written {
        let _ = writeln!(streams.errors, "error: {told}");
        return ExitCode::from(2);
    }
    match (show(&found, streams.output), &found.stopped) {
        (Ok(()), None) => ExitCode::SUCCESS,
        // A reader that went away (`| head`) has seen enough.
        _ => ExitCode::FAILURE,
    }
}

async fn look(args: &TemplatePreviewArgs, bench: Bench<'_>) -> Result<Preview, Refused> {
    if let Some(folder) = args.out.as_deref().filter(|_| !args.force) {
        check_empty(folder).map_err(Refused::Unusable)?;
    }
    let values = match &args.values {
        Some(file) => object(file).map_err(Refused::Unusable)?.1,
        None => Map::new(),
    };
    let template = template(bench, &args.file).await?;
    try_out(bench, &template, &values, args.user.as_deref()).await
}

/// A folder that is not there yet is empty.
fn check_empty(folder: &Path) -> Result<(), String> {
    let shown = folder.display();
    match fs::read_dir(folder).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => Err(format!(
            "{shown} is not empty. Name another folder, or add --force to write over what is there."
        )),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(fault) => Err(format!("{shown}: {fault}")),
    }
}

/// Writes files, each step's in a folder of its own where several publish some.
fn write_files(folder: &Path, files: &[PreviewFile]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let steps: BTreeSet<_> = files.iter().map(|file| &file.step_id).collect();
    for file in files {
        let above = match &file.step_id {
            Some(step) if steps.len() > 1 => folder.join(folder_of(step)),
            _ => folder.to_owned(),
        };
        let place = above.join(&file.path);
        if let Some(above) = place.parent() {
            fs::create_dir_all(above)?;
        }
        fs::write(&place, &file.content)?;
        if file.is_executable {
            make_executable(&place)?;
        }
    }
    Ok(())
}

/// The id of a step as the name of one folder: ids may be anything.
fn folder_of(step: &str) -> PathBuf {
    let plain = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter == '-' || letter == '_' => letter,
        _ => '_',
    };
    step.chars().map(plain).collect::<String>().into()
}

#[cfg(unix)]
fn make_executable(place: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(place, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

fn show(found: &Preview, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "Effects: {}", found.effects.len())?;
    for effect in &found.effects {
        writeln!(output, "  {}: {}", effect.step_id, effect.what)?;
        match &effect.undo {
            Undo::By(how) => writeln!(output, "    taken back: {how}")?,
            Undo::None(why) => writeln!(output, "    stays: {why}")?,
        }
    }
    writeln!(output, "Files: {}", found.files.len())?;
    for file in &found.files {
        let step = file
            .step_id
            .as_ref()
            .map_or_else(String::new, |step| format!("{step}: "));
        let size = file.content.len();
        writeln!(output, "  {step}{} ({size} bytes)", file.path)?;
    }
    match &found.stopped {
        Some(told) => writeln!(output, "Stopped: {told}")?,
        None if found.output.as_object().is_some_and(|map| !map.is_empty()) => {
            let text = serde_saphyr::to_string(&found.output).map_err(io::Error::other)?;
            write!(
                output,
                "Output:\n  {}\n",
                text.trim_end().replace('\n', "\n  ")
            )?;
        }
        None => {}
    }
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steps_id_is_the_name_of_one_folder() {
        assert_eq!(folder_of("make-repo"), Path::new("make-repo"));
        assert_eq!(folder_of("../../etc"), Path::new("______etc"));
    }

    #[test]
    fn only_an_empty_folder_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check_empty(folder.path()), Ok(()));
        assert_eq!(check_empty(&folder.path().join("new")), Ok(()));
        fs::write(folder.path().join("a"), "").unwrap();
        let told = check_empty(folder.path()).unwrap_err();
        assert!(
            told.contains("is not empty") && told.contains("--force"),
            "{told}"
        );
    }
}
