//! Which files the checks look at, and their text.

use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use crate::{entity::LocationRef, source::MAX_FILE_BYTES};

/// Folders are searched no deeper than this.
const MAX_DEPTH: usize = 24;

/// A file to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    Stdin,
    File(PathBuf),
}

impl Input {
    /// As shown to people.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin => "<stdin>".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// As the location the portal would read it from.
    pub(super) fn location(&self) -> LocationRef {
        let target = match self {
            Self::Stdin => "/dev/stdin".to_owned(),
            Self::File(path) => {
                let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                absolute.display().to_string()
            }
        };
        LocationRef {
            kind: "file".to_owned(),
            target,
        }
    }

    /// Its text. The error says what is wrong with it.
    pub(super) fn read(&self, stdin: &mut dyn Read) -> Result<String, String> {
        match self {
            Self::Stdin => text_of(stdin),
            Self::File(path) => {
                text_of(&mut fs::File::open(path).map_err(|fault| fault.to_string())?)
            }
        }
    }
}

fn text_of(source: &mut dyn Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    source
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|fault| fault.to_string())?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_FILE_BYTES >> 20));
    }
    String::from_utf8(bytes).map_err(|fault| {
        format!(
            "it is not UTF-8 text from byte {} on",
            fault.utf8_error().valid_up_to()
        )
    })
}

/// The files a folder is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `catalog-info*.yaml`
    Descriptors,
    /// `template*.yaml`
    Templates,
}

impl Wanted {
    /// How their names begin.
    fn prefix(self) -> &'static str {
        match self {
            Self::Descriptors => "catalog-info",
            Self::Templates => "template",
        }
    }

    fn takes(self, name: &str) -> bool {
        let stem = name.strip_suffix(".yaml").or(name.strip_suffix(".yml"));
        stem.is_some_and(|stem| stem.starts_with(self.prefix()))
    }
}

/// The files named by the arguments, each once, in their order; those of a folder sorted.
/// The error says which argument is of no use.
pub(super) fn inputs(arguments: &[PathBuf], wanted: Wanted) -> Result<Vec<Input>, String> {
    let mut inputs = Vec::new();
    for argument in arguments {
        let shown = argument.display();
        if argument.as_os_str() == "-" {
            inputs.push(Input::Stdin);
        } else if argument.is_dir() {
            let mut found = Vec::new();
            search(argument, wanted, 0, &mut found).map_err(|fault| format!("{shown}: {fault}"))?;
            if found.is_empty() {
                let prefix = wanted.prefix();
                return Err(format!("{shown}: no {prefix}*.yaml in this folder"));
            }
            found.sort();
            inputs.extend(found.into_iter().map(Input::File));
        } else {
            fs::metadata(argument).map_err(|fault| format!("{shown}: {fault}"))?;
            inputs.push(Input::File(argument.clone()));
        }
    }
    let mut seen = std::collections::HashSet::new();
    inputs.retain(|input| seen.insert(input.name()));
    Ok(inputs)
}

/// Hidden folders and those of package managers are passed by; links are not followed.
fn search(folder: &Path, wanted: Wanted, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let name = name.to_string_lossy();
        let is_foreign = name.starts_with('.') || name == "node_modules";
        if kind.is_dir() && depth < MAX_DEPTH && !is_foreign {
            search(&entry.path(), wanted, depth + 1, found)?;
        } else if kind.is_file() && wanted.takes(&name) {
            found.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Input, MAX_FILE_BYTES, Wanted};

    fn inputs(arguments: &[std::path::PathBuf]) -> Result<Vec<Input>, String> {
        super::inputs(arguments, Wanted::Descriptors)
    }

    #[test]
    fn folders_are_searched_for_descriptors_only() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "catalog-info.yaml",
            "b/catalog-info-api.yml",
            "b/deep/er/catalog-info.yaml",
            "b/values.yaml",
            "b/catalog-info.json",
            ".git/catalog-info.yaml",
            "node_modules/x/catalog-info.yaml",
        ];
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = inputs(&[
            folder.path().into(),
            folder.path().join("catalog-info.yaml"),
        ])
        .unwrap();
        let expected = [1, 2, 0].map(|file: usize| Input::File(folder.path().join(files[file])));
        assert_eq!(found, expected);
    }

    #[test]
    fn folders_are_searched_for_templates_on_request() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["template.yaml", "template-go.yml", "catalog-info.yaml"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        let found = super::inputs(&[folder.path().into()], Wanted::Templates).unwrap();
        let expected = ["template-go.yml", "template.yaml"];
        assert_eq!(
            found,
            expected.map(|file| Input::File(folder.path().join(file)))
        );
    }

    #[test]
    fn arguments_of_no_use_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.yaml");
        assert!(
            inputs(&[missing])
                .unwrap_err()
                .contains("missing.yaml: No such file")
        );
        let told = inputs(&[folder.path().into()]).unwrap_err();
        assert!(
            told.ends_with("no catalog-info*.yaml in this folder"),
            "{told}"
        );
    }

    #[test]
    fn the_standard_input_is_read_like_a_file_and_within_bounds() {
        let [input] = inputs(&["-".into(), "-".into()])
            .unwrap()
            .try_into()
            .unwrap();
        let read = |bytes: &[u8]| input.read(&mut &*bytes);
        assert_eq!(read(b"a: 1").unwrap(), "a: 1");
        assert!(read(b"a: \xff").unwrap_err().contains("byte 3"));
        let large = vec![b'x'; usize::try_from(MAX_FILE_BYTES).unwrap() + 1];
        assert!(read(&large).unwrap_err().contains("10 MiB"));
    }
}
