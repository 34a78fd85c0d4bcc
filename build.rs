//! Rebuilds when a migration, template or static file changes; `migrate!` alone does not notice.

fn main() {
    for folder in ["migrations", "templates", "static", "catalog-examples"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
