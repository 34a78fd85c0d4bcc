//! The example company inside the binary, laid down where a newcomer can edit it.

use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "catalog-examples"]
struct Examples;

/// Unpacks the examples to `examples` in the data folder, unless they are there already: what was edited stays.
/// Answers the folder.
pub fn unpack_examples(data_dir: &Path) -> Result<PathBuf> {
    let folder = data_dir.join("examples");
    if folder.exists() {
        return Ok(folder);
    }
    // Whole or not at all: a start that is killed here leaves nothing half made under the final name.
    let draft = data_dir.join("examples.new");
    write_all(&draft).and_then(|()| std::fs::rename(&draft, &folder)).map_err(|source| {
        Error::ServiceUnavailable(format!(
            "The examples cannot be unpacked to {}: {source}. Start in a folder that can be written to, or with an app-config.yaml.",
            folder.display()
        ))
    })?;
    Ok(folder)
}

fn write_all(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    for name in Examples::iter() {
        let Some(file) = Examples::get(&name) else {
            continue;
        };
        let path = folder.join(name.as_ref());
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, file.data)?;
    }
    Ok(())
}
